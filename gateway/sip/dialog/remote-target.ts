/** Where the requests of a dialog go: its remote target, and the way there (RFC 3261 §12.2). */
import { isIP } from 'node:net';
import { type IncomingMessage, NameAddrHeader, type SessionDialog } from 'sip.js/lib/core/index.js';
import type { Listener } from '../listener.ts';
import { unbracket } from '../transport/via.ts';
import type { Source } from './dialog.ts';

/** Behind a NAT a Contact is of no use; on a connection the connection is the way (RFC 5626 §1). True if that is so here. */
export function pinWay(listener: Listener, dialog: SessionDialog, source: Source): boolean {
  const contact = unbracket(dialog.remoteTarget.host);
  const isNatted = dialog.routeSet.length === 0 && isIP(contact) !== 0 && contact !== source.ip;
  if (source.transport === 'udp' && !isNatted) return false;
  listener.pin(dialog.callId, source);
  return true;
}

/**
 * A target refresh, by the request or the 2xx of a re-INVITE or UPDATE (RFC 3261 §12.2.1.2, §12.2.2; RFC 3311 §5). The library
 * knows only that by an incoming re-INVITE, and keeps the target to itself.
 */
export function refreshTarget(listener: Listener, dialog: SessionDialog, message: IncomingMessage): void {
  const contact: unknown = message.parseHeader('Contact');
  if (!(contact instanceof NameAddrHeader)) return;
  const former = dialog.remoteTarget.toString();
  Object.assign(Reflect.get(dialog, 'dialogState'), { remoteTarget: contact.uri });
  const isPinned = pinWay(listener, dialog, listener.sourceOf(message));
  if (!isPinned && contact.uri.toString() !== former) listener.unpin(dialog.callId); // it has moved to where it can be reached
}
