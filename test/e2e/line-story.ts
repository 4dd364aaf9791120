/** Two sites that speak and are shown to each other, one of them behind a line that may do anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright/test';
import { noticeSchema } from '../../server/protocol/media.ts';
import type { Peer } from '../integration/server-peers.ts';
import config from '../playwright.config.ts';
import { attend, obeyed, participantNamed, show } from './centre.ts';
import { enter, issueLink, newPerson, openMeeting, signIn } from './people.ts';
import { ShapedLine, type Weather } from './shaped-line.ts';
import { System } from './system.ts';
import { type Account, accountOf, backAfter, beginWitness, momentsOf } from './witness.ts';

export const SITE = 'Ba Bể';
export const OTHER = 'Na Rì';
export const TONES = { [SITE]: 950, [OTHER]: 440 };

/** Each direction as seen by who receives: `up` at the other, who hears and sees the site; `down` at the site. */
export interface Seen {
  up: Account;
  down: Account;
  /** How long after its beginning sound and picture went on, ms. */
  back: { up: ReturnType<typeof backAfter>; down: ReturnType<typeof backAfter> };
}

export interface Stage extends Seen {
  /** What was said of lines, e.g. `Ba Bể: loss up poor`, and began meanwhile or was still so at the end. */
  reasons: string[];
  /** Nobody saw the site go, though its connection may have had to be made anew. */
  kept: boolean;
}

type Name = typeof SITE | typeof OTHER;
type Pages = Record<'site' | 'other', Page>;
type Closers = (() => Promise<unknown>)[];

/** Congestion control finds the line's capacity, the room its layers. */
const SETTLING_MS = 6_000;

export class LineStory {
  readonly #line: ShapedLine;
  readonly #centre: Peer;
  readonly #pages: Pages;
  readonly #closers: Closers;
  readonly #said: { at: number; reasons: { since: number; reason: string }[] }[] = [];
  #missedAt = 0;

  private constructor(line: ShapedLine, centre: Peer, pages: Pages, closers: Closers) {
    this.#line = line;
    this.#centre = centre;
    this.#pages = pages;
    this.#closers = closers;
    centre.socket.on('notice', (raw) => this.#hear(raw));
    centre.socket.on('event', () => {
      if (participantNamed(centre, SITE)?.presence !== 'present') this.#missedAt = Date.now();
    });
  }

  /** Resolves when both hear and see each other over a good line. The caller closes it. */
  static async begin(): Promise<LineStory> {
    const closers: Closers = [];
    try {
      return await LineStory.#begin(closers);
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  static async #begin(closers: Closers): Promise<LineStory> {
    const line = await ShapedLine.open();
    closers.push(() => line.close());
    const system = await System.start({ ROSTRUM_HOST: line.centre, ROSTRUM_ANNOUNCED_ADDRESS: line.centre });
    closers.push(() => system.stop());
    const open = async (more: object) => {
      const browser = await chromium.launch({ ...config.use?.launchOptions, ...more });
      closers.push(() => browser.close());
      return browser;
    };
    const [here, there] = [await open({}), await open({ executablePath: line.chromium })];
    const operator = await newPerson(here, { colour: 'grey', toneHz: 300 });
    await signIn(operator.page, system);
    const roomId = await openMeeting(operator.page, 'Đường truyền yếu');
    const centre = await attend(operator.page, system, roomId);
    closers.push(async () => centre.close());
    const join = async (browser: Browser, name: Name, colour: string) => {
      const person = await newPerson(browser, { colour, toneHz: TONES[name], lively: true });
      await enter(person.page, await issueLink(operator.page, system, roomId, { role: 'site', name }));
      await obeyed(centre.command({ verb: 'openMicrophone', participantId: participantNamed(centre, name)?.id }));
      return person.page;
    };
    const pages = { other: await join(here, OTHER, 'red'), site: await join(there, SITE, 'blue') };
    await show(centre, 'side-by-side', [OTHER, SITE]);
    // Only who is measured is to use the machine.
    await operator.page.goto('about:blank');
    await beginWitnesses(pages);
    return new LineStory(line, centre, pages, closers);
  }

  /** What happens while the line does this, in both directions. */
  async stage(weather: Weather, seconds: number): Promise<Stage> {
    const from = Date.now();
    const seen = await seenThrough(this.#line, this.#pages, weather, seconds);
    return { ...seen, reasons: this.#reasonsOf(from, Date.now()), kept: this.#missedAt < from };
  }

  close(): Promise<void> {
    return closeAll(this.#closers);
  }

  #hear(raw: unknown): void {
    const notice = noticeSchema.parse(raw);
    if (notice.notice !== 'lines') return;
    const reasons = Object.entries(notice.lines).flatMap(([id, line]) => {
      const name = this.#centre.state.participants[id]?.name;
      // The operator, who has gone, is not looked at.
      if (name !== SITE && name !== OTHER) return [];
      return line.reasons.map((r) => ({ since: r.since, reason: `${name}: ${r.measure} ${r.direction} ${r.level}` }));
    });
    this.#said.push({ at: Date.now(), reasons });
  }

  #reasonsOf(from: number, to: number): string[] {
    const earlier = this.#said.filter(({ at }) => at < to);
    const begun = earlier
      .filter(({ at }) => at >= from)
      .flatMap(({ reasons }) => reasons.filter((r) => r.since >= from));
    const last = earlier.at(-1)?.reasons ?? [];
    return [...new Set([...begun, ...last].map(({ reason }) => reason))];
  }
}

/** Each page writes down what it hears and sees of the other. Resolves when the line is known. */
export async function beginWitnesses({ site, other }: Pages): Promise<void> {
  await beginWitness(other, { hz: TONES[SITE], name: SITE });
  await beginWitness(site, { hz: TONES[OTHER], name: OTHER });
  await sleep(SETTLING_MS);
}

/** What the pages hear and see of each other while the line between them does this; their witnesses have begun. */
export async function seenThrough(
  line: ShapedLine,
  { site, other }: Pages,
  weather: Weather,
  seconds: number,
): Promise<Seen> {
  const from = Date.now();
  line.set({ up: weather, down: weather });
  await sleep(seconds * 1000);
  const to = Date.now();
  const [up, down] = [await momentsOf(other, from, to), await momentsOf(site, from, to)];
  return {
    up: accountOf(up),
    down: accountOf(down),
    back: { up: backAfter(up, from), down: backAfter(down, from) },
  };
}

async function closeAll(closers: Closers): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}
