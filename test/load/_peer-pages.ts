/** Two browsers, the first of them at the end of a line, each with a page that belongs to no product: for the peers of `lines`. */
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { newPerson } from '../e2e/people.ts';
import type { ShapedLine } from '../e2e/shaped-line.ts';
import config from '../playwright.config.ts';

const PAGE = 'https://bare.invalid/';

/** Who sits where, and what it is called and sounds like; the first at the end of the line. */
export type Seats = readonly [Seat, Seat];
interface Seat {
  name: string;
  toneHz: number;
  colour: string;
}
type End = 0 | 1;
/** What a page asks of the one who opened it, over no line at all: only media is compared. */
export type Answer = (at: End, what: string, about: unknown) => Promise<unknown>;

export interface PeerPages {
  pages: [Page, Page];
  close(): Promise<void>;
}

/** @param script the page's, beside this file. The caller closes them. */
export async function openPages(line: ShapedLine, seats: Seats, script: string, answer: Answer): Promise<PeerPages> {
  const content = await bundle(script);
  const browsers: Browser[] = [];
  const close = async () => {
    for (const browser of browsers.splice(0)) await browser.close();
  };
  const open = async (at: End): Promise<Page> => {
    const more = at === 0 ? { executablePath: line.chromium } : {};
    const browser = await chromium.launch({ ...config.use?.launchOptions, ...more });
    browsers.push(browser);
    const { page } = await newPerson(browser, { ...seats[at], lively: true });
    await page.exposeFunction('ask', (what: string, about: unknown) => answer(at, what, about));
    await page.route(PAGE, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }));
    await page.goto(PAGE);
    await page.addScriptTag({ content });
    await page.evaluate(() => window.joinPeerRoom());
    return page;
  };
  try {
    const pages: [Page, Page] = [await open(0), await open(1)];
    await pages[0].evaluate((name) => window.receiveFrom(name), seats[1].name);
    await pages[1].evaluate((name) => window.receiveFrom(name), seats[0].name);
    return { pages, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function bundle(script: string): Promise<string> {
  const input = fileURLToPath(new URL(script, import.meta.url));
  const rolldownOptions = { input, output: { format: 'iife' as const } };
  const built = await build({ configFile: false, logLevel: 'silent', build: { write: false, rolldownOptions } });
  const [result] = Array.isArray(built) ? built : [built];
  const code = result && 'output' in result && result.output.find(({ type }) => type === 'chunk');
  if (!code || code.type === 'asset') throw new Error('the page was not built');
  return code.code;
}
