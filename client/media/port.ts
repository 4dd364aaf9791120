import type { MediaRequest } from '../../server/protocol/media.ts';

/** What the media part needs of the connection; `Session` fits. Throws `Refused`. */
export interface MediaPort {
  request(request: MediaRequest): Promise<unknown>;
}
