/** A peer of `lines`: the room of Janus (VideoRoom) as it comes, with the same browsers, cameras and layers. */
import { z } from 'zod';
import type { ShapedLine } from '../e2e/shaped-line.ts';
import { Janus } from './_janus.ts';
import { openPages, type PeerPages, type Seats } from './_peer-pages.ts';

const ROOM = 1;
/** A session of which nothing is heard for a minute is closed. */
const ALIVE_MS = 20_000;

/** Both see and hear each other. The caller closes it. */
export async function openJanusRoom(line: ShapedLine, seats: Seats): Promise<PeerPages> {
  const janus = await Janus.start(line.centre);
  const control = await janus.attach();
  const alive = setInterval(() => void janus.tell(control, { request: 'list' }), ALIVE_MS);
  const closeJanus = async () => {
    clearInterval(alive);
    await janus.close();
  };
  try {
    // No bit rate but the browser's own: it limits each publisher otherwise.
    const room = { room: ROOM, publishers: 2, bitrate: 0, audiocodec: 'opus', videocodec: 'vp8' };
    await janus.tell(control, { request: 'create', ...room });
    const { pages, close } = await openPages(line, seats, '_janus-page.ts', await answering(janus));
    const closeAll = async () => {
      await close();
      await closeJanus();
    };
    return { pages, close: closeAll };
  } catch (error) {
    await closeJanus();
    throw error;
  }
}

/** Each end publishes as 1 + its place, and takes what the other one publishes. */
async function answering(janus: Janus) {
  const senders = [await janus.attach(), await janus.attach()] as const;
  const receivers = [await janus.attach(), await janus.attach()] as const;
  return async (at: 0 | 1, what: string, about: unknown): Promise<unknown> => {
    const [other, receiver] = [at === 0 ? 1 : 0, receivers[at]];
    switch (z.enum(['publish', 'subscribe', 'start']).parse(what)) {
      case 'publish': {
        const join = { request: 'joinandconfigure', ptype: 'publisher', room: ROOM, id: 1 + at };
        return (await janus.tell(senders[at], join, about)).jsep;
      }
      case 'subscribe': {
        const join = { request: 'join', ptype: 'subscriber', room: ROOM, streams: [{ feed: 1 + other }] };
        return (await janus.tell(receiver, join)).jsep;
      }
      case 'start':
        return (await janus.tell(receiver, { request: 'start' }, about)).said;
    }
  };
}
