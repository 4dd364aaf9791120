/**
 * What is known of an endpoint that the standards do not ask for, by its User-Agent or Server header.
 *
 * What is harmless to all is done for all and has no row here:
 * - session timers that nobody keeps, or that are as short as they may be (Polycom HDX: 90 s); UPDATE refused: re-INVITE instead
 * - floor numbers that a device holds on to, several roles in one `floorctrl`, `m-stream` for `mstrm`
 * - floor control over TCP alone: a setting of the Poly G7500 and its kin (administrator's guide, BFCP Transport Preference); a Polycom
 *   RMX likewise tells such endpoints apart when it dials (SIP_BFCP_DIAL_OUT_MODE). It is offered anew over TCP (`withFloorOverTcp`)
 * - no floor control at all: a Yealink VC has it switched off for SIP accounts (administrator's guide, Dual-Stream Protocol). Slides go
 *   inside its picture
 * - a content line that comes only with the presentation, by re-INVITE (Polycom RMX guide, AS-SIP content)
 * - `max-fs` and `max-mbps` in every offer: a Polycom DMA refuses H.264 without (github.com/pjsip/pjproject/issues/1239)
 * - `b=CT` for want of `b=AS` (Cisco CUCM feature configuration guide, session level bandwidth; seen alone in
 *   github.com/flutter-webrtc/dart-sip-ua/issues/285)
 * - a packetization mode left out of an answer, H.264 profiles in capitals, keys with padding left out
 * - key frames asked for by RTCP and by INFO, both ways, whatever `rtcp-fb` says
 */
export interface Quirks {
  /** What is encrypted is offered as DTLS-SRTP first. */
  offersDtls: boolean;
  /** A plain offer with keys in it would be refused: where encryption is preferred, we offer it outright, then not at all. */
  refusesOpportunistic: boolean;
  /** Gives up at the first challenge that is not MD5, so it gets no other. */
  onlyMd5: boolean;
  /** How many first offers of this call it has refused: each next one asks for encryption in another way. */
  refusedOffers: number;
}

export interface QuirkRow {
  userAgent: RegExp;
  quirks: Partial<Omit<Quirks, 'refusedOffers'>>;
  reason: string;
  /** `documented`: by the maker or a standard. `hearsay`: told by others who had to do with it. `seen`: by us. */
  source: 'documented' | 'hearsay' | 'seen';
}

/** The first row that fits holds. */
export const quirkTable: readonly QuirkRow[] = [
  {
    userAgent: /\bFreeSWITCH\b/i,
    quirks: { refusesOpportunistic: true },
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
  {
    userAgent: /^(?:baresip v?[01]\.|sipsak\b)/i,
    quirks: { onlyMd5: true },
    reason:
      'Its library knows no SHA-256, and takes one challenge with it for a failure of all (RFC 8760 §2.4 says to pass over it).',
    source: 'seen',
  },
];

const standard: Quirks = { offersDtls: false, refusesOpportunistic: false, onlyMd5: false, refusedOffers: 0 };

export function quirksOf(userAgent = ''): Quirks {
  const row = quirkTable.find((one) => one.userAgent.test(userAgent.slice(0, 256)));
  return { ...standard, ...row?.quirks };
}
