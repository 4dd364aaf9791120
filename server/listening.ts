import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Settings } from './config.ts';
import { CannotStart } from './messages.ts';

/** Resolves to the port. Throws `CannotStart` when the address or the port cannot be had. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    const isTaken = error.code === 'EADDRINUSE';
    reject(new CannotStart((t) => (isTaken ? t.portInUse(host, port) : t.cannotListen(host, port, error.message))));
  });
  server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  return promise;
}

/** Where people reach the server: by setting, else by its first address in the network. */
export function urlOf({ publicUrl, host }: Settings, port: number): string {
  if (publicUrl) return publicUrl;
  const reachable = host === '0.0.0.0' || host === '::' ? (ownAddress() ?? 'localhost') : host;
  return `https://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function ownAddress(): string | undefined {
  const entries = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return entries.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
