/**
 * The peer of `lines`: mediasoup and mediasoup-client as they come, with the same browsers, cameras and layers, and with nothing
 * that decides who gets what of a line. Its signalling goes over no line at all, so that only media is compared.
 */
import { fileURLToPath } from 'node:url';
import { createWorker, type types } from 'mediasoup';
import { type Browser, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { newPerson } from '../e2e/people.ts';
import type { ShapedLine } from '../e2e/shaped-line.ts';
import config from '../playwright.config.ts';

const PAGE = 'https://bare.invalid/';
const CODECS: types.RtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, preferredPayloadType: 100 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 101 },
];

/** One participant's end at the room. */
interface End {
  transports: Map<string, types.WebRtcTransport>;
  producers: types.Producer[];
  consumers: types.Consumer[];
}

interface Asked {
  transportId: string;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  rtpCapabilities: types.RtpCapabilities;
  dtlsParameters: types.DtlsParameters;
}

/** Who sits where, and what it is called and sounds like; the first at the end of the line. */
export type Seats = readonly [Seat, Seat];
interface Seat {
  name: string;
  toneHz: number;
  colour: string;
}

/** Both see and hear each other. The caller closes it. */
export async function openBareRoom(
  line: ShapedLine,
  seats: Seats,
): Promise<{ pages: [Page, Page]; close(): Promise<void> }> {
  const worker = await createWorker({ logLevel: 'none' });
  const browsers: Browser[] = [];
  const close = async () => {
    for (const browser of browsers.splice(0)) await browser.close();
    worker.close();
  };
  try {
    const router = await worker.createRouter({ mediaCodecs: CODECS });
    const script = await bundle();
    const ends: [End, End] = [newEnd(), newEnd()];
    const open = async (at: 0 | 1): Promise<Page> => {
      const more = at === 0 ? { executablePath: line.chromium } : {};
      const browser = await chromium.launch({ ...config.use?.launchOptions, ...more });
      browsers.push(browser);
      const { page } = await newPerson(browser, { ...seats[at], lively: true });
      await page.exposeFunction('ask', (what: string, about: Asked) =>
        answer({ router, ip: line.centre, own: ends[at], other: ends[at === 0 ? 1 : 0] }, what, about),
      );
      await page.route(PAGE, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }));
      await page.goto(PAGE);
      await page.addScriptTag({ content: script });
      await page.evaluate(() => window.joinBareRoom());
      return page;
    };
    const pages: [Page, Page] = [await open(0), await open(1)];
    await pages[0].evaluate((name) => window.receiveBare(name), seats[1].name);
    await pages[1].evaluate((name) => window.receiveBare(name), seats[0].name);
    return { pages, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function newEnd(): End {
  return { transports: new Map(), producers: [], consumers: [] };
}

interface Context {
  router: types.Router;
  ip: string;
  own: End;
  other: End;
}

async function answer({ router, ip, own, other }: Context, what: string, about: Asked): Promise<unknown> {
  const transport = own.transports.get(about.transportId);
  if (what === 'capabilities') return router.rtpCapabilities;
  if (what === 'openTransport') {
    const opened = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip }] });
    own.transports.set(opened.id, opened);
    const { id, iceParameters, iceCandidates, dtlsParameters } = opened;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  }
  if (what === 'resume') return Promise.all(own.consumers.map((consumer) => consumer.resume()));
  if (!transport) throw new Error(`${what}: no such transport`);
  if (what === 'connect') return transport.connect({ dtlsParameters: about.dtlsParameters });
  if (what === 'produce') {
    const producer = await transport.produce({ kind: about.kind, rtpParameters: about.rtpParameters });
    own.producers.push(producer);
    return producer.id;
  }
  const { rtpCapabilities } = about;
  const consumers = other.producers.map(({ id }) =>
    transport.consume({ producerId: id, rtpCapabilities, paused: true }),
  );
  own.consumers = await Promise.all(consumers);
  return own.consumers.map(({ id, producerId, kind, rtpParameters }) => ({ id, producerId, kind, rtpParameters }));
}

async function bundle(): Promise<string> {
  const input = fileURLToPath(new URL('_bare-room-page.ts', import.meta.url));
  const rolldownOptions = { input, output: { format: 'iife' as const } };
  const built = await build({ configFile: false, logLevel: 'silent', build: { write: false, rolldownOptions } });
  const [result] = Array.isArray(built) ? built : [built];
  const code = result && 'output' in result && result.output.find(({ type }) => type === 'chunk');
  if (!code || code.type === 'asset') throw new Error('the page was not built');
  return code.code;
}
