/**
 * What some endpoints need that the standards do not ask for, by their User-Agent or Server header.
 *
 * What is harmless to all is done for all and has no row here: session timers that nobody keeps, floor numbers that a device holds
 * on to, a packetization mode left out of an answer, keys with padding left out, H.264 profiles in capitals.
 */
export interface Quirks {
  /** Where encryption is required, our offer is DTLS-SRTP instead of keys in SDP. */
  offersDtls: boolean;
  /** Where encryption is preferred, our plain offer says nothing of it: the other end would refuse the call. */
  offersPlain: boolean;
}

export interface QuirkRow {
  userAgent: RegExp;
  quirks: Partial<Quirks>;
  reason: string;
  /** `documented`: by the maker or a standard. `hearsay`: told by others who had to do with it. */
  source: 'documented' | 'hearsay';
}

/** The first row that fits holds. */
export const quirkTable: readonly QuirkRow[] = [
  {
    userAgent: /\bFreeSWITCH\b/i,
    quirks: { offersPlain: true },
    reason:
      'Answers 488 to keys in an RTP/AVP line, unless told otherwise by its setting NDLB-allow-crypto-in-avp; as a caller it can be encrypted.',
    source: 'documented',
  },
  {
    userAgent: /\b(?:JsSIP|SIP\.js|sipML5|sipml)\b/i,
    quirks: { offersDtls: true },
    reason: 'A browser in disguise: it must not take keys in SDP (RFC 8827 §6.5).',
    source: 'documented',
  },
];

const standard: Quirks = { offersDtls: false, offersPlain: false };

export function quirksOf(userAgent = ''): Quirks {
  const row = quirkTable.find((one) => one.userAgent.test(userAgent.slice(0, 256)));
  return { ...standard, ...row?.quirks };
}
