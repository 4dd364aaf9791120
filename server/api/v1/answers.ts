import { createHash } from 'node:crypto';
import type { StoredAnswer } from '../../accounts/program-ports.ts';
import { Refused } from '../../protocol/refusals.ts';
import type { ApiParts } from '../ports.ts';

const KEPT_MS = 24 * 3600_000;

/** What an operation answers with. `body` is sent as JSON, `text` as what `type` says. */
export interface Answer {
  status: number;
  body?: unknown;
  text?: string;
  etag?: string;
}

/** What was asked with a key. */
export interface Asked {
  tokenId: string;
  key: string;
  /** Method, path and body. */
  request: readonly string[];
}

/**
 * Answers a request that comes again with the same Idempotency-Key as it was answered the first time
 * (draft-ietf-httpapi-idempotency-key-header-07 2), also while the first is still under way.
 */
export class KnownAnswers {
  readonly #parts: Pick<ApiParts, 'answers' | 'now'>;
  /** One after the other for each key. */
  readonly #underWay = new Map<string, Promise<Answer>>();

  constructor(parts: Pick<ApiParts, 'answers' | 'now'>) {
    this.#parts = parts;
  }

  /** @param perform may reject: then nothing is kept, and the request can be made again */
  async once(asked: Asked, perform: (requestId: string) => Promise<Answer>): Promise<Answer> {
    const name = JSON.stringify([asked.tokenId, asked.key]);
    for (let before = this.#underWay.get(name); before; before = this.#underWay.get(name)) {
      await before.catch(() => undefined);
    }
    const answered = this.#answer(asked, perform);
    this.#underWay.set(name, answered);
    try {
      return await answered;
    } finally {
      this.#underWay.delete(name);
    }
  }

  async #answer({ tokenId, key, request }: Asked, perform: (requestId: string) => Promise<Answer>): Promise<Answer> {
    const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
    const now = this.#parts.now();
    const known = await this.#parts.answers.find(tokenId, key);
    if (known && known.answeredAt > now - KEPT_MS) return repeat(known, fingerprint);
    const answer = await perform(`${tokenId} ${key} ${fingerprint}`);
    if (answer.status < 500) {
      const { status, ...rest } = answer;
      const kept = { tokenId, key, fingerprint, status, body: JSON.stringify(rest), answeredAt: now };
      await this.#parts.answers.keep(kept, now - KEPT_MS);
    }
    return answer;
  }
}

function repeat({ fingerprint, status, body }: StoredAnswer, wanted: string): Answer {
  if (fingerprint !== wanted) throw new Refused('keyReused');
  return { ...JSON.parse(body), status };
}
