import type { types } from 'mediasoup';
import { z } from 'zod';
import type { RtpCapabilitiesDictionary, RtpParametersDictionary } from '../protocol/media.ts';
import { Refused } from '../protocol/refusals.ts';

/**
 * Between the wire's dictionaries and mediasoup's types. mediasoup checks what it is given when it produces and
 * consumes; capabilities are checked here already, because they are given once and used for every consumer.
 */
const uri = z.custom<types.RtpHeaderExtensionUri>((value) => typeof value === 'string' && value.length <= 256);
const capabilitiesSchema = z.object({
  codecs: z.array(
    z.object({
      kind: z.enum(['audio', 'video']),
      mimeType: z
        .string()
        .max(64)
        .regex(/^(audio|video)\/[\w.+-]+$/i),
      preferredPayloadType: z.number().int().min(0).max(127),
      clockRate: z.number().int().positive(),
      channels: z.number().int().positive().default(1),
      parameters: z.record(z.string(), z.unknown()).default({}),
      rtcpFeedback: z
        .array(z.object({ type: z.string().max(64), parameter: z.string().max(64).default('') }))
        .default([]),
    }),
  ),
  headerExtensions: z
    .array(
      z.object({
        kind: z.enum(['audio', 'video']),
        uri,
        preferredId: z.number().int().min(1).max(255),
        preferredEncrypt: z.boolean().default(false),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).default('sendrecv'),
      }),
    )
    .default([]),
});

export type CapabilitiesByKind = Record<types.MediaKind, types.RtpCapabilities>;

/**
 * Apart for sound and pictures, because mediasoup copies them for each consumer and a microphone opens to everyone at
 * once. Throws `Refused` (`mediaUnsupported`) with the path of what is wrong.
 */
export function parseCapabilities(dictionary: RtpCapabilitiesDictionary): CapabilitiesByKind {
  const parsed = capabilitiesSchema.safeParse(dictionary);
  if (!parsed.success) throw new Refused('mediaUnsupported', parsed.error.issues[0]?.path.join('.'));
  const { codecs, headerExtensions } = parsed.data;
  const only = (kind: types.MediaKind) => ({
    codecs: codecs.filter((codec) => codec.kind === kind).map(kind === 'audio' ? withoutResending : (codec) => codec),
    headerExtensions: headerExtensions.filter((extension) => extension.kind === kind),
  });
  return { audio: only('audio'), video: only('video') };
}

/**
 * Sound is not sent again: a loss is mended by in-band FEC (RFC 6716 2.1.7), and on a line that is full, what was lost would
 * come two and three times over and push out the rest.
 */
function withoutResending<C extends { rtcpFeedback?: readonly { type: string }[] }>(codec: C): C {
  return { ...codec, rtcpFeedback: codec.rtcpFeedback?.filter(({ type }) => type !== 'nack') };
}

/** The worker's side of the wire checks these (`Transport.produce`), so they are only named here. */
export function producedParameters(kind: types.MediaKind, dictionary: RtpParametersDictionary): types.RtpParameters {
  const parameters = dictionary as types.RtpParameters;
  return kind === 'audio' ? { ...parameters, codecs: parameters.codecs.map(withoutResending) } : parameters;
}

export function offeredParameters({
  codecs,
  headerExtensions,
  encodings,
  ...rest
}: types.RtpParameters): RtpParametersDictionary {
  return {
    ...rest,
    codecs,
    headerExtensions: headerExtensions ?? [],
    encodings: encodings ?? [],
  } as RtpParametersDictionary;
}

/** 3GPP TS 26.114 7.4.5. */
const ORIENTATION_URI = 'urn:3gpp:video-orientation';

/**
 * What a sender may use, and so what receivers may meet. A browser that may tell which side of its camera is up leaves
 * the turning to all who receive it, codecs and recordings among them; otherwise it sends its pictures upright.
 */
export function offeredCapabilities({ codecs, headerExtensions }: types.RtpCapabilities): RtpCapabilitiesDictionary {
  const extensions = headerExtensions?.filter(({ uri }) => uri !== ORIENTATION_URI);
  return { codecs: codecs ?? [], headerExtensions: extensions ?? [] };
}
