import { Router } from 'express';
import type { StoredSession } from '../accounts/ports.ts';
import { type OpenSession, reauthenticateSchema, totpCodeSchema } from '../protocol/accounts.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import type { Credentials } from './credentials.ts';
import { makeCode, tidyCode } from './passwords.ts';
import type { ApiParts } from './ports.ts';
import type { Seal } from './sealing.ts';
import type { Sessions } from './sessions.ts';
import { offerTotp, stepOfCode } from './totp.ts';

const RECOVERY_CODES = 10;

interface OwnParts {
  sessions: Sessions;
  credentials: Credentials;
  seal: Seal;
}

/** What everyone does with his own account: look at his sessions, end them, switch the code of his telephone on and off. */
export function routeOwnAccount(parts: ApiParts, own: OwnParts): Router {
  const { signIns, now } = parts;
  const { sessions } = own;
  const router = Router();

  router.get('/own/sessions', async (request, response) => {
    const { account, sessionId } = await sessions.requireOwn(request);
    response.json({ sessions: describeSessions(await signIns.of(account.username, now()), sessionId) });
  });

  router.delete('/own/sessions/:id', async (request, response) => {
    const { account, note } = await sessions.requireOwn(request);
    const { id } = request.params;
    if (!(await signIns.close(account.username, id, note('sessionEnded', account.username)))) {
      throw new Refused('sessionUnknown');
    }
    await parts.reviewStanding((ticket) => ticket.session === id);
    response.json({});
  });

  router.use('/own/totp', routeTotp(parts, own));
  return router;
}

function routeTotp({ accounts, now }: ApiParts, { sessions, credentials, seal }: OwnParts): Router {
  const router = Router();

  router.post('/', async (request, response) => {
    const { account } = await sessions.requireOwn(request);
    const { username } = account;
    await credentials.reauthenticate(request, username, parse(reauthenticateSchema, request.body).password);
    if (account.totp !== undefined) throw new Refused('totpIsOn');
    const offer = offerTotp(username);
    await accounts.change(username, { totpOffered: seal.close(offer.secret, username) }, now());
    response.json(offer);
  });

  router.put('/', async (request, response) => {
    const signedIn = await sessions.requireOwn(request);
    const { username, totpOffered } = signedIn.account;
    const { code } = parse(totpCodeSchema, request.body);
    if (totpOffered === undefined) throw new Refused('totpIsOff');
    const totpStep = stepOfCode(seal.open(totpOffered, username), code, now());
    if (totpStep === null) throw new Refused('codeWrong');
    const codes = Array.from({ length: RECOVERY_CODES }, () => makeCode(5));
    const recoveryCodes = codes.map((each) => seal.recognise(tidyCode(each)));
    const on = { totp: totpOffered, totpOffered: undefined, totpStep, recoveryCodes };
    await accounts.change(username, on, now(), { note: signedIn.note('totpOn', username) });
    await sessions.rotate(signedIn, response);
    response.json({ codes });
  });

  router.delete('/', async (request, response) => {
    const signedIn = await sessions.requireOwn(request);
    const { username, totp } = signedIn.account;
    await credentials.reauthenticate(request, username, parse(reauthenticateSchema, request.body).password);
    if (totp === undefined) throw new Refused('totpIsOff');
    const off = { totp: undefined, totpOffered: undefined, recoveryCodes: [] };
    await accounts.change(username, off, now(), { note: signedIn.note('totpOff', username) });
    await sessions.rotate(signedIn, response);
    response.json({});
  });
  return router;
}

export function describeSessions(sessions: readonly StoredSession[], current: string): OpenSession[] {
  return sessions.map(({ sessionId, openedAt, lastUsedAt, ip, userAgent }) => ({
    ...{ sessionId, openedAt, lastUsedAt, ip, userAgent, current: sessionId === current },
  }));
}
