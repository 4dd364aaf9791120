import type { RecordingAccess, Viewer } from '../protocol/recording.ts';
import type { RecordingIdentity } from '../protocol/stored-recording.ts';

/** `open`: to be told of it, and what may be done with it. */
type Act = 'open' | 'see' | 'download' | 'readPrivate' | 'comment' | 'manage';
/** `outsider`: an operator who is not among those that a recording names. He keeps it without seeing it. */
type Standing = 'operator' | 'outsider' | 'auditor' | 'participant' | 'share';
type Allowed = 'always' | 'asAccessSays' | 'asShareSays' | 'never';

/** Who may do what with a recording (REG-17). Whoever has no standing may nothing. */
const TABLE: Record<Act, Record<Standing, Allowed>> = {
  open: { operator: 'always', outsider: 'always', auditor: 'always', participant: 'always', share: 'always' },
  see: { operator: 'always', outsider: 'never', auditor: 'always', participant: 'always', share: 'always' },
  download: {
    operator: 'always',
    outsider: 'never',
    auditor: 'never',
    participant: 'asAccessSays',
    share: 'asShareSays',
  },
  // What a site and the centre wrote to each other, and the centre among itself.
  readPrivate: { operator: 'always', outsider: 'never', auditor: 'always', participant: 'never', share: 'never' },
  comment: { operator: 'always', outsider: 'never', auditor: 'never', participant: 'always', share: 'never' },
  manage: { operator: 'always', outsider: 'always', auditor: 'never', participant: 'never', share: 'never' },
};

/** As long as nobody has decided otherwise. */
export const HOUSE_ACCESS: RecordingAccess = { audience: 'operators', people: [], watermark: false, download: false };

/** What the table is asked about. */
export interface Subject {
  recordingId: string;
  roomId: string;
  access: RecordingAccess | null;
}

export function may(identity: RecordingIdentity, act: Act, subject: Subject): boolean {
  const standing = standingOf(identity, subject);
  const allowed = standing === null ? 'never' : TABLE[act][standing];
  if (allowed === 'asAccessSays') return (subject.access ?? HOUSE_ACCESS).download && !isWatermarked(identity, subject);
  if (allowed === 'asShareSays') {
    return identity.as === 'share' && identity.share.download && !isWatermarked(identity, subject);
  }
  return allowed === 'always';
}

/** His name is over what he sees: for him there is no copy without it. An operator's is part of his duty. */
export function isWatermarked(identity: RecordingIdentity, { access }: Subject): boolean {
  if (identity.as === 'operator') return false;
  return (access ?? HOUSE_ACCESS).watermark || (identity.as === 'share' && identity.share.watermark);
}

/** What the page is told of the one who looks. */
export function viewerOf(identity: RecordingIdentity, subject: Subject): Viewer {
  const { watermark } = subject.access ?? HOUSE_ACCESS;
  const allowed = {
    see: may(identity, 'see', subject),
    download: may(identity, 'download', subject),
    comment: may(identity, 'comment', subject),
    manage: may(identity, 'manage', subject),
  };
  const viewer = { as: identity.as, name: nameOf(identity), watermark, may: allowed };
  if (identity.as !== 'share') return viewer;
  const { from, to } = identity.share;
  return { ...viewer, watermark: watermark || identity.share.watermark, range: { from, to } };
}

export function nameOf(identity: RecordingIdentity): string {
  if (identity.as === 'operator' || identity.as === 'auditor') return identity.username;
  return identity.as === 'participant' ? identity.name : identity.share.who;
}

function standingOf(identity: RecordingIdentity, { recordingId, roomId, access }: Subject): Standing | null {
  const { audience, people } = access ?? HOUSE_ACCESS;
  switch (identity.as) {
    case 'share':
      return identity.share.recordingId === recordingId ? 'share' : null;
    case 'operator':
    case 'auditor': {
      const isNamed = people.some((person) => 'username' in person && person.username === identity.username);
      const isOutside = audience === 'named' && !isNamed;
      if (identity.as === 'auditor') return isOutside ? null : 'auditor';
      return isOutside ? 'outsider' : 'operator';
    }
    case 'participant': {
      if (identity.roomId !== roomId || audience === 'operators') return null;
      const isNamed = people.some((p) => 'participantId' in p && p.participantId === identity.participantId);
      return audience === 'participants' || isNamed ? 'participant' : null;
    }
  }
}
