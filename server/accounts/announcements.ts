import type { SipBinding } from '../protocol/wire.ts';

/**
 * What a codec says of itself with its registration: its software and where it is, without what changes by itself (a port of
 * TCP, a tag of the contact). Several are one text, in no order. '' where it says nothing.
 */
export function announcedBy(bindings: readonly Pick<SipBinding, 'contact' | 'userAgent'>[]): string {
  const said = bindings.map(({ contact, userAgent }) => {
    const host = /@(\[[^\]]+\]|[^:;>]+)/.exec(contact)?.[1] ?? contact;
    return userAgent === undefined ? host : `${userAgent} (${host})`;
  });
  return [...new Set(said)].sort().join(', ');
}
