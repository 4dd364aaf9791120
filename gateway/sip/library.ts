/** What has to be set in sip.js itself before it fits a server on UDP and TCP. Its last release is of 2022: we own these gaps. */
import { randomBytes } from 'node:crypto';
import {
  type DigestAuthentication,
  type IncomingRequestMessage,
  type IncomingResponseMessage,
  InviteUserAgentServer,
  LoggerFactory,
  Parser,
  Timers,
  type Transport,
  URI,
  UserAgentCore,
} from 'sip.js/lib/core/index.js';
import { AllowedMethods } from 'sip.js/lib/core/user-agent-core/allowed-methods.js';
import type { SipLog } from './settings.ts';
import { timing } from './transport/retransmit.ts';
import { formatMessage, type WireMessage } from './transport/wire.ts';

/** The methods we take; UPDATE and REFER are answered before sip.js (`dispatch.ts`), any other gets 405 (RFC 3261 §8.2.1). */
export const allowedMethods = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'UPDATE', 'PRACK'] as const;
/** Extensions that every request of ours announces (RFC 4028). */
const supportedInRequests = ['timer'];
/** And every response: reliable provisional responses (RFC 3262) are ours to give, but we do not ask for them. */
const supportedInResponses = ['timer', '100rel'];

/**
 * sip.js takes every transport for reliable and has these four at zero; on UDP a transaction must outlive its last message to
 * absorb what is repeated (RFC 3261 §17, table 4). On TCP the longer life does no harm. Both objects are the library's own
 * shared constants, so this happens once, at import.
 */
Object.assign(Timers, { TIMER_D: 32_000, TIMER_I: timing.t4, TIMER_J: 64 * timing.t1, TIMER_K: timing.t4 });
AllowedMethods.splice(0, AllowedMethods.length, ...allowedMethods);

/** The library's own words, warnings and errors only, into our log. */
export function createLibraryLog(log: SipLog): LoggerFactory {
  const factory = new LoggerFactory();
  factory.builtinEnabled = false;
  factory.connector = (level, category, _label, content) => {
    if (level === 'error' || level === 'warn') log.debug({ code: 'library', category }, String(content));
  };
  return factory;
}

/** The message in the library's own form; `undefined` where it cannot read it. */
export function toLibrary(
  message: WireMessage,
  loggerFactory: LoggerFactory,
  log: SipLog,
): IncomingRequestMessage | IncomingResponseMessage | undefined {
  try {
    return Parser.parseMessage(formatMessage(message), loggerFactory.getLogger('sip.parser'));
  } catch (error) {
    log.debug({ code: 'unparsable', error: String(error) }, 'sip message');
    return undefined;
  }
}

export interface CoreOptions {
  /** As it stands in a URI: advertised, IPv6 in brackets. */
  host: string;
  port: number;
  userAgent: string;
  loggerFactory: LoggerFactory;
  /** Makes what answers one challenge. */
  answerChallenge: () => DigestAuthentication;
  transport: Transport;
  onInvite: (request: InviteUserAgentServer) => void;
}

/** The library's transaction and dialog layers for one transport; without its browser layers above. */
export function createCore(options: CoreOptions): UserAgentCore {
  const { answerChallenge, host, loggerFactory, onInvite, port, transport, userAgent } = options;
  const uri = new URI('sip', 'rostrum', host, port, { transport: transport.protocol.toLowerCase() });
  const configuration = {
    aor: uri.clone(),
    contact: { uri, pubGruu: undefined, tempGruu: undefined, toString: () => `<${uri.toString()}>` },
    displayName: '',
    loggerFactory,
    hackViaTcp: false,
    routeSet: [],
    sipjsId: randomBytes(4).toString('hex'),
    supportedOptionTags: supportedInRequests,
    supportedOptionTagsResponse: supportedInResponses,
    userAgentHeaderFieldValue: userAgent,
    viaForceRport: true,
    viaHost: `${host}:${port}`, // with the port, which the library's own upper layer cannot have in a Via
    authenticationFactory: answerChallenge,
    transportAccessor: () => transport,
  };
  return new UserAgentCore(configuration, {
    onInvite: (request) => {
      if (request instanceof InviteUserAgentServer) onInvite(request);
      else request.reject({ statusCode: 500 });
    },
  });
}
