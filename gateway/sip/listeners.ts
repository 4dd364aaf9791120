/** All that the edge listens on: UDP and TCP on one port, TLS on its own, for one address family or both. */
import { isIP } from 'node:net';
import type { Source } from './dialog/dialog.ts';
import type { Listener } from './listener.ts';
import type { SipSettings } from './settings.ts';
import { type Located, locate, type Names } from './transport/location.ts';
import { hopOf } from './transport/routing.ts';
import { bindTcp } from './transport/tcp.ts';
import { bindTls } from './transport/tls.ts';
import type { Transport, TransportOptions } from './transport/transport.ts';
import { bindUdp } from './transport/udp.ts';
import { unbracket } from './transport/via.ts';

export interface Place {
  bind: (options: TransportOptions) => Promise<Transport>;
  host: string;
  port: number;
  advertised: string;
}

/** What a listener, or the edge, holds at present; all but standing connections go back to 0 some time after the last call. */
export interface Census {
  transactions: number;
  dialogs: number;
  timers: number;
  routes: number;
  connections: number;
}

export interface Listeners {
  readonly port: number;
  readonly tlsPort: number | undefined;
  /** The one that reaches this host, an address literal or a name; `undefined` where there is no such transport. */
  find(transport: Source['transport'], host: string): Listener | undefined;
  /** Looks for the places that a URI by name may mean, by one transport or any; `undefined` where it names an address. */
  locator(uri: string, by?: Source['transport']): (() => Promise<Located[]>) | undefined;
  readonly census: Census;
  close(): Promise<void>;
}

/** Opens all or none. With port 0 the number that UDP got may be taken on TCP: then another one is tried. */
export async function openListeners(
  settings: SipSettings & { names: Names },
  open: (place: Place) => Promise<Listener>,
): Promise<Listeners> {
  for (let attempt = 1; ; attempt += 1) {
    const opened: Listener[] = [];
    try {
      await openAll(settings, async (place) => {
        const listener = await open(place);
        opened.push(listener);
        return listener;
      });
      for (const listener of opened) listener.join(opened);
      return listenersOf(opened, settings.names);
    } catch (error) {
      await Promise.all(opened.map((listener) => listener.close()));
      if (settings.port !== 0 || attempt === 10) throw error;
    }
  }
}

async function openAll(settings: SipSettings, open: (place: Place) => Promise<Listener>): Promise<void> {
  const { host6, tls } = settings;
  const advertised6 = settings.advertised6 ?? host6 ?? '';
  const hosts = [
    { host: settings.host, advertised: settings.advertised },
    ...(host6 === undefined ? [] : [{ host: host6, advertised: advertised6 }]),
  ];
  let { port } = settings;
  let tlsPort = tls?.port ?? 0;
  for (const at of hosts) {
    ({ port } = await open({ ...at, bind: bindUdp, port }));
    await open({ ...at, bind: bindTcp, port });
    if (tls) ({ port: tlsPort } = await open({ ...at, bind: bindTls(tls), port: tlsPort }));
  }
}

function listenersOf(all: readonly Listener[], names: Names): Listeners {
  const [first] = all;
  const find: Listeners['find'] = (transport, host) => {
    const bare = unbracket(host);
    const family = isIP(bare) === 0 ? first?.door.family : isIP(bare);
    return all.find((listener) => listener.transport === transport && listener.door.family === family);
  };
  return {
    port: first?.port ?? 0,
    tlsPort: all.find(({ transport }) => transport === 'tls')?.port,
    find,
    locator(uri, by) {
      const hop = hopOf(uri);
      if (!hop || isIP(hop.host) !== 0) return undefined;
      const transports = kinds.filter((kind) => find(kind, hop.host) && (by ?? kind) === kind);
      const family = first?.door.family ?? 4;
      return () => locate(by ? { ...hop, transport: by } : hop, { names, transports, family });
    },
    get census() {
      const sum = (key: keyof Census) => all.reduce((total, { census }) => total + census[key], 0);
      return {
        transactions: sum('transactions'),
        dialogs: sum('dialogs'),
        timers: sum('timers'),
        routes: sum('routes'),
        connections: sum('connections'),
      };
    },
    close: async () => void (await Promise.all(all.map((listener) => listener.close()))),
  };
}

/** Where a domain says nothing, the first is preferred. */
const kinds = ['udp', 'tcp', 'tls'] as const;
