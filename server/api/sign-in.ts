import { Router } from 'express';
import { changePasswordSchema, signInSchema } from '../protocol/accounts.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import type { Credentials } from './credentials.ts';
import { hashPassword, SHORTEST_PASSWORD } from './passwords.ts';
import type { ApiParts } from './ports.ts';
import { describeSession, type Sessions } from './sessions.ts';

/** How people come and go. */
export function routeSignIn(parts: ApiParts, sessions: Sessions, credentials: Credentials): Router {
  const { accounts, reviewStanding, logger, now } = parts;
  const router = Router();

  router.get('/session', async (request, response) => {
    response.json(describeSession((await sessions.find(request)).account));
  });

  router.post('/sign-in', async (request, response) => {
    const account = await credentials.authenticate(request, parse(signInSchema, request.body));
    await sessions.open(request, response, account, account.totp === undefined ? 'password' : 'passwordAndCode');
    logger.info({ username: account.username }, 'signed in');
    response.json(describeSession(account));
  });

  router.post('/password', async (request, response) => {
    const { account, note } = await sessions.find(request);
    const { username } = account;
    const { password, newPassword } = parse(changePasswordSchema, request.body);
    await credentials.reauthenticate(request, username, password);
    if ([...newPassword].length < SHORTEST_PASSWORD || newPassword === password) {
      throw new Refused('passwordTooWeak', String(SHORTEST_PASSWORD));
    }
    const change = { passwordHash: await hashPassword(newPassword), oneTime: false };
    await accounts.change(username, change, now(), { note: note('passwordChanged', username), endSessions: true });
    await sessions.open(request, response, account);
    await reviewStanding((ticket) => ticket.session !== undefined);
    logger.info({ username }, 'the password was changed');
    response.json(describeSession({ ...account, ...change }));
  });

  router.post('/sign-out', async (request, response) => {
    const closed = await sessions.close(request, response);
    await reviewStanding((ticket) => closed !== undefined && ticket.session === closed);
    response.json({});
  });
  return router;
}
