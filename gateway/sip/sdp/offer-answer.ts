/**
 * Offer and answer (RFC 3264). Pure: text and our own means in, text and result out. What a line says is the matter of its
 * medium's file; here is which line carries what, and that their number and order stay.
 */
import { answerAudio, offerAudio, readAudio } from './audio-line.ts';
import { answerCamera, offerCamera, readCamera } from './camera-line.ts';
import { answerFloorControl, floorTransport, offerFloorControl, readFloorControl } from './floor-control-line.ts';
import { lineRoles } from './line-roles.ts';
import type {
  LocalMedia,
  LocalStream,
  LocalVideo,
  Negotiated,
  NegotiatedLine,
  NegotiatedVideo,
  Security,
} from './media.ts';
import { type Quirks, quirksOf } from './quirks.ts';
import { type Answered, isRtp, type RemoteLine, remoteLine, securityTerms, transportAttributes } from './rtp-line.ts';
import { attributeOf, formatSdp, type MediaSection, parseSdp, type SessionDescription } from './sdp.ts';
import { answerSecurity, offerSecurity } from './security.ts';
import { answerVideo, offerVideo, readVideo } from './video-line.ts';

export type AnswerResult =
  | { ok: true; sdp: string; media: Negotiated }
  /** 400 for the first, 488 for the others (RFC 3261 §13.3.1.3). */
  | { ok: false; reason: 'unreadable' | 'nothingInCommon' | 'encryptionRequired' };

type Secure = (
  own: LocalStream,
  security: Security | undefined,
  line: NegotiatedLine | undefined,
) => ReturnType<typeof offerSecurity>;
type Medium = 'audio' | 'video' | 'content' | 'floorControl' | 'camera';
const media: readonly Medium[] = ['audio', 'video', 'content', 'floorControl', 'camera'];

// ── our offer ───────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Sound, picture, presentation, floor, camera, each only where `local` has it; in a session that stands, on the lines that it has:
 * what was refused there is offered again, what has no line is left out.
 * @param current what holds: its lines, numbers and keys are kept (RFC 3264 §8). Absent in the first offer.
 */
export function buildOffer(local: LocalMedia, current?: Negotiated, quirks: Quirks = quirksOf()): string {
  const secure: Secure = (own, security, line) =>
    offerSecurity(securityTerms(local, own, security), quirks, security && line?.protocol);
  const offered = (medium: Medium, line?: NegotiatedLine) => offerMedium(medium, local, current, secure, line);
  const sections = current
    ? linesOf(current, local).map(({ medium, line }) => (medium && offered(medium, line)) ?? refused(line))
    : media.flatMap((medium) => offered(medium) ?? []);
  return formatSdp(sessionOf(local, sections));
}

/** Which medium goes on which line of a session that stands. */
function linesOf(current: Negotiated, local: LocalMedia): { medium: Medium | undefined; line: NegotiatedLine }[] {
  const free = media.filter((medium) => local[medium] !== undefined && current[medium] === undefined);
  return current.lines.map((line, index) => {
    const holder = media.find((medium) => current[medium]?.index === index);
    const again = holder ? undefined : free.find((medium) => suits(medium, line));
    if (again) free.splice(free.indexOf(again), 1);
    return { medium: holder ?? again, line };
  });
}

function suits(medium: Medium, line: NegotiatedLine): boolean {
  if (medium === 'floorControl') return floorTransport(line) !== undefined;
  return line.kind === { audio: 'audio', video: 'video', content: 'video', camera: undefined }[medium];
}

function offerMedium(
  medium: Medium,
  local: LocalMedia,
  current: Negotiated | undefined,
  secure: Secure,
  line?: NegotiatedLine,
): MediaSection | undefined {
  const { audio, video, content, floorControl, camera } = local;
  const rtp = (own: LocalStream, body: Pick<MediaSection, 'formats' | 'attributes'>, security?: Security) => {
    const { protocol, attributes } = secure(own, security, line);
    const kind = { audio: 'audio', video: 'video', content: 'video', floorControl: '', camera: 'application' }[medium];
    return {
      kind,
      port: own.port,
      protocol,
      bandwidth: {},
      ...body,
      attributes: [...body.attributes, ...attributes, ...transportAttributes(own, local.rtcpMux === true)],
    };
  };
  if (medium === 'audio') return audio && rtp(audio, offerAudio(audio, current?.audio), current?.audio?.security);
  if (medium === 'video') return video && rtp(video, offerVideo(video, current?.video), current?.video?.security);
  if (medium === 'content')
    return content && rtp(content, offerVideo(content, current?.content), current?.content?.security);
  if (medium === 'camera') return camera && rtp(camera, offerCamera(current?.camera), current?.camera?.security);
  const transport = (line && floorTransport(line)) ?? floorControl?.transport;
  return floorControl && transport && offerFloorControl(floorControl, content?.label, transport, current?.floorControl);
}

// ── our answer ──────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A section for each of the offer's, in its order; what we do not take has port 0 (RFC 3264 §6).
 * @param current what holds: its roles are kept (RFC 8842 §5.3). Absent in the first answer.
 */
export function answerOffer(offer: string, local: LocalMedia, current?: Negotiated): AnswerResult {
  const session = parseSdp(offer);
  if (!session) return { ok: false, reason: 'unreadable' };
  const { audio, video, content, floorControl, camera } = answerLines(session, local, current);
  if (!audio && !video)
    return { ok: false, reason: failsForSecurity(offer, local) ? 'encryptionRequired' : 'nothingInCommon' };
  const sections = session.media.map(refused);
  for (const answered of [audio, video, content, floorControl, camera]) {
    if (answered) sections[answered.agreed.index] = answered.section;
  }
  const agreed: Negotiated = {
    ...(audio && { audio: audio.agreed }),
    ...(video && { video: video.agreed }),
    ...(content && { content: content.agreed }),
    ...(floorControl && { floorControl: floorControl.agreed }),
    ...(camera && { camera: camera.agreed }),
    lines: session.media.map(lineOf),
  };
  return { ok: true, sdp: formatSdp(sessionOf(local, sections)), media: agreed };
}

/** For each medium the best of the lines that could carry it and that we can take. */
function answerLines(session: SessionDescription, local: LocalMedia, current: Negotiated | undefined) {
  const lines = session.media.flatMap((_, index) => remoteLine(session, index) ?? []);
  const roles = lineRoles(lines, local.content !== undefined);
  const picture = (own: LocalVideo | undefined, candidates: RemoteLine[], stands: NegotiatedVideo | undefined) =>
    own && first(encryptedFirst(candidates, local, own), (line) => answerVideo(line, own, local, stands));
  const video = picture(local.video, roles.video, current?.video);
  const content = picture(local.content, roles.content(video?.agreed.index), current?.content);
  const label = content?.agreed.label ?? local.content?.label;
  return {
    audio: first(encryptedFirst(roles.audio, local, local.audio), (line) => answerAudio(line, local, current?.audio)),
    video,
    content,
    floorControl: first(roles.floorControl, (line) => answerFloorControl(line, local.floorControl, label)),
    camera: first(roles.camera, (line) => answerCamera(line, local, current?.camera)),
  };
}

function first<Agreed>(
  candidates: readonly RemoteLine[],
  answer: (line: RemoteLine) => Answered<Agreed> | undefined,
): Answered<Agreed> | undefined {
  for (const line of candidates) {
    const answered = answer(line);
    if (answered) return answered;
  }
  return undefined;
}

/** Of alternatives for one medium, encrypted ones come before plain ones, unless we do not want them. */
function encryptedFirst(lines: RemoteLine[], local: LocalMedia, own: LocalStream | undefined): RemoteLine[] {
  const isPlain = (line: RemoteLine) =>
    answerSecurity(line, securityTerms(local, own ?? { port: 0 }))?.security.kind === 'none';
  return [...lines.filter((line) => !isPlain(line)), ...lines.filter(isPlain)];
}

/** True if the offer would do but for our insisting on encryption. */
function failsForSecurity(offer: string, local: LocalMedia): boolean {
  if (local.security?.policy !== 'required') return false;
  return answerOffer(offer, { ...local, security: { ...local.security, policy: 'preferred' } }).ok;
}

// ── their answer ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What was agreed on, from our own offer and the answer to it. `undefined` if the answer does not fit the offer, or leaves neither
 * sound nor picture. @param local as the offer was built from; without it encryption is required only where only that was offered
 */
export function readAnswer(
  offer: string,
  answer: string,
  local?: Pick<LocalMedia, 'security' | 'floorControl'>,
): Negotiated | undefined {
  const ours = parseSdp(offer);
  const theirs = parseSdp(answer);
  if (!ours || !theirs) return undefined;
  const required = local?.security?.policy === 'required';
  const agreed: Negotiated = { lines: ours.media.map(lineOf) };
  for (const [index, own] of ours.media.entries()) {
    const section = theirs.media[index];
    if (!section || section.kind !== own.kind) return undefined; // RFC 3264 §6: same number, same order
    const line = remoteLine(theirs, index);
    if (!line || own.port === 0) continue;
    if (isRtp(section)) readStream(own, line, required, agreed);
    else if (local?.floorControl) {
      const floorControl = readFloorControl(own, line, local.floorControl);
      if (floorControl) agreed.floorControl = floorControl;
    }
  }
  return agreed.audio || agreed.video ? agreed : undefined;
}

function readStream(own: MediaSection, line: RemoteLine, required: boolean, into: Negotiated): void {
  if (own.kind === 'audio') {
    const audio = readAudio(own, line, required);
    if (audio) into.audio = audio;
  } else if (own.kind === 'video') {
    const picture = readVideo(own, line, required);
    const medium = attributeOf(own.attributes, 'content') === 'slides' ? 'content' : 'video';
    if (picture) into[medium] = picture;
  } else {
    const camera = readCamera(own, line, required);
    if (camera) into.camera = camera;
  }
}

// ── descriptions ────────────────────────────────────────────────────────────────────────────────────────────────────

function sessionOf(local: LocalMedia, sections: MediaSection[]): SessionDescription {
  const family = local.address.includes(':') ? 'IP6' : 'IP4';
  return {
    origin: `rostrum 1 1 IN ${family} ${local.address}`, // the dialog writes its own
    name: '-',
    connection: local.address,
    bandwidth: {},
    attributes: [],
    media: sections,
  };
}

function refused({ kind, protocol, formats }: NegotiatedLine): MediaSection {
  return { kind, protocol, port: 0, formats: formats.slice(0, 1), bandwidth: {}, attributes: [] };
}

function lineOf({ kind, protocol, formats }: MediaSection): NegotiatedLine {
  return { kind, protocol, formats };
}
