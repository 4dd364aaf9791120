import { type Request, Router } from 'express';
import type { Logger } from 'pino';
import { changePasswordSchema, signInSchema } from '../protocol/http.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { hashPassword, isPassword, SHORTEST_PASSWORD } from './passwords.ts';
import type { Account, AccountsPort, ApiParts } from './ports.ts';
import { describeSession, type Sessions } from './sessions.ts';
import { SignInThrottle } from './throttle.ts';

interface SignInParts {
  accounts: AccountsPort;
  sessions: Sessions;
  reviewStanding: ApiParts['reviewStanding'];
  logger: Logger;
  now: () => number;
}

/** How an operator comes and goes. */
export function routeSignIn({ accounts, sessions, reviewStanding, logger, now }: SignInParts): Router {
  const throttle = new SignInThrottle();
  const router = Router();

  /** Throws `Refused` unless the password is the account's. */
  async function authenticate(request: Request, username: string, password: string): Promise<Account> {
    const address = request.socket.remoteAddress ?? '';
    await throttle.attempt(username, address);
    const account = await accounts.find(username);
    if (!(await isPassword(password, account?.passwordHash)) || !account) {
      logger.warn({ username, address }, 'a sign-in was refused');
      throw new Refused('wrongPassword');
    }
    await throttle.succeed(username, address);
    return account;
  }

  router.get('/session', async (request, response) => {
    response.json(describeSession((await sessions.find(request)).account));
  });

  router.post('/sign-in', async (request, response) => {
    const { username, password } = parse(signInSchema, request.body);
    const account = await authenticate(request, username, password);
    await sessions.open(response, account);
    logger.info({ username }, 'signed in');
    response.json(describeSession(account));
  });

  router.post('/password', async (request, response) => {
    const { account } = await sessions.find(request);
    const { password, newPassword } = parse(changePasswordSchema, request.body);
    await authenticate(request, account.username, password);
    if ([...newPassword].length < SHORTEST_PASSWORD || newPassword === password) {
      throw new Refused('passwordTooWeak', String(SHORTEST_PASSWORD));
    }
    const changed = { ...account, passwordHash: await hashPassword(newPassword), oneTime: false };
    await accounts.setPassword(changed, now());
    await sessions.open(response, changed);
    await reviewStanding((ticket) => ticket.session !== undefined);
    logger.info({ username: account.username }, 'the password was changed');
    response.json(describeSession(changed));
  });

  router.post('/sign-out', async (request, response) => {
    const closed = await sessions.close(request, response);
    await reviewStanding((ticket) => closed !== undefined && ticket.session === closed);
    response.json({});
  });
  return router;
}
