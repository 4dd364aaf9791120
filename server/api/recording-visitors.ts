import type { Request, Response } from 'express';
import { mayAtDesk } from '../accounts/policy.ts';
import { recordingIdSchema } from '../protocol/ids.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import type { RecordingIdentity } from '../protocol/stored-recording.ts';
import { LinkTokens } from './link-tokens.ts';
import type { ApiParts, RecordingDoer } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** Sent with requests about one recording alone, so that two links in one browser do not disturb each other. */
const COOKIE = '__Secure-rostrum-review';
const COOKIE_OPTIONS = { httpOnly: true, secure: true, sameSite: 'strict' } as const;

/** Who looks at recordings: an operator by his session, everyone else by the token of the link that he was given. */
export class RecordingVisitors {
  readonly #parts: ApiParts;
  readonly #sessions: Sessions;
  readonly #tokens: LinkTokens;

  constructor(parts: ApiParts, sessions: Sessions) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#tokens = new LinkTokens(parts.signingKey, parts.links);
  }

  /** Of a request about one recording. Throws `Refused`; a token is looked up each time, so that it ends when it ends. */
  async doer(request: Request): Promise<RecordingDoer & { recordingId: string }> {
    const recordingId = parse(recordingIdSchema, request.params.id);
    return { recordingId, identity: await this.#identify(request), ip: request.socket.remoteAddress ?? '' };
  }

  async operator(request: Request): Promise<RecordingIdentity> {
    const { account } = await this.#sessions.require(request, 'seeRecordings');
    const as = mayAtDesk(account.roles, 'keepRecordings') ? 'operator' : 'auditor';
    return { as, username: account.username };
  }

  /** The one who holds this token: of a share, or of a link of a meeting. Throws `Refused`. */
  async open(token: string): Promise<RecordingIdentity> {
    // A link's token is a JWT (RFC 7519): it has dots.
    if (!token.includes('.')) return this.#parts.recorded.annotations.openShare(token);
    const { roomId, participantId, name } = await this.#tokens.open(token);
    return { as: 'participant', roomId, name, ...(participantId === undefined ? {} : { participantId }) };
  }

  /** From now on the browser shows this token with everything that it asks of the recording. */
  admit(response: Response, token: string, recordingId: string): void {
    response.cookie(COOKIE, token, { ...COOKIE_OPTIONS, path: `/api/recordings/${recordingId}` });
  }

  async #identify(request: Request): Promise<RecordingIdentity> {
    const cookies = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const token = cookies.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
    if (!token) return this.operator(request);
    try {
      return await this.operator(request);
    } catch (error) {
      // Whoever is no operator here may still hold a link.
      if (!(error instanceof Refused)) throw error;
      return this.open(token);
    }
  }
}
