/** The line for far-end camera control: H.224 over RTP (RFC 4573). */
import type { LocalMedia, NegotiatedCamera } from './media.ts';
import { type Answered, answerRtp, isRtp, type RemoteLine, readRtp } from './rtp-line.ts';
import { type Attribute, type MediaSection, type RtpFormat, rtpFormats } from './sdp.ts';

const clockRate = 4_800;

const h224In = (section: MediaSection): RtpFormat | undefined =>
  rtpFormats(section).find((format) => format.codec === 'h224' && format.clockRate === clockRate);

export const isCameraLine = (section: MediaSection): boolean =>
  section.kind === 'application' && isRtp(section) && h224In(section) !== undefined;

const formatOf = (payloadType: number): Attribute => ({ name: 'rtpmap', value: `${payloadType} H224/${clockRate}` });

export function offerCamera(current?: NegotiatedCamera): Pick<MediaSection, 'formats' | 'attributes'> {
  const payloadType = current?.receivePayloadType ?? 100;
  return { formats: [String(payloadType)], attributes: [formatOf(payloadType)] };
}

export function answerCamera(
  line: RemoteLine,
  local: LocalMedia,
  current?: NegotiatedCamera,
): Answered<NegotiatedCamera> | undefined {
  const own = local.camera;
  const format = h224In(line.section);
  const rtp = own && format && answerRtp(line, format, own, local, current?.security);
  if (!rtp) return undefined;
  const { kind, protocol } = line.section;
  const formats = [String(format.payloadType)];
  const attributes = [formatOf(format.payloadType), ...rtp.attributes];
  return {
    section: { kind, protocol, port: own.port, formats, bandwidth: {}, attributes },
    agreed: { kind: 'camera', ...rtp.stream },
  };
}

export function readCamera(ours: MediaSection, line: RemoteLine, required: boolean): NegotiatedCamera | undefined {
  const [own, format] = [h224In(ours), h224In(line.section)];
  const stream = own && format && readRtp(ours, line, format, own.payloadType, required);
  return stream && { kind: 'camera', ...stream };
}
