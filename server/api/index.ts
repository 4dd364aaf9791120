import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { MAX_MESSAGE_BYTES } from '../protocol/version.ts';
import { routeAccounts } from './accounts.ts';
import { routeAudit } from './audit.ts';
import { routeBookings } from './bookings.ts';
import { routeBudget } from './budget.ts';
import { serveClient } from './client-files.ts';
import { Credentials } from './credentials.ts';
import { routeDevices, routeSiteDoor } from './devices.ts';
import { routeDirectory } from './directory.ts';
import { answerErrors, refuseUnknownPath } from './errors.ts';
import { routeIncidents } from './incidents.ts';
import { routeLayouts } from './layouts.ts';
import { routeLineTests } from './line-tests.ts';
import { routeLinks } from './links.ts';
import { serveMetrics } from './metrics.ts';
import { routeMonitor } from './monitor.ts';
import { routeNotices } from './notices.ts';
import { refuseForeignOrigin } from './origin.ts';
import { routeOwnAccount } from './own-account.ts';
import type { ApiParts } from './ports.ts';
import { routeRecordings } from './recordings.ts';
import { routeRehearsals } from './rehearsals.ts';
import { routeReports } from './reports.ts';
import { routeRooms } from './rooms.ts';
import { Seal } from './sealing.ts';
import { Sessions } from './sessions.ts';
import { routeSignIn } from './sign-in.ts';
import { routeSingleSignOn } from './single-sign-on.ts';
import { SiteCallers } from './site-callers.ts';
import { routeSites } from './sites.ts';
import { routeTokens } from './tokens.ts';
import { routeV1 } from './v1/index.ts';

export { ensureOperator } from './operator-account.ts';

/** The HTTP interface of protocol/http.ts, and the client's files for every other path. */
export function createApi(parts: ApiParts): Express {
  const sessions = new Sessions(parts);
  const seal = new Seal(parts.signingKey);
  const sites = new SiteCallers(parts, sessions);
  const credentials = new Credentials({ ...parts, sessions, seal });
  const app = express();
  app.disable('x-powered-by');
  app.use(protectBrowsers());

  const api = express.Router();
  api.use(refuseForeignOrigin(parts.publicUrl));
  api.use('/v1', routeV1(parts));
  api.use(express.json({ limit: MAX_MESSAGE_BYTES }));
  api.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  api.get('/health', async (_request, response) => {
    response.json(await parts.health());
  });
  api.use(routeSignIn(parts, sessions, credentials));
  api.use(routeSingleSignOn(parts, { sessions, seal }));
  api.use(routeOwnAccount(parts, { sessions, credentials, seal }));
  api.use(routeAccounts(parts, sessions));
  api.use(routeAudit(parts, sessions));
  api.use(routeTokens(parts, sessions));
  api.use(routeDevices(parts, { sessions, seal }));
  api.use(routeSiteDoor(parts, { sessions, seal, sites }));
  api.use(routeBudget(parts, sessions));
  api.use(routeLineTests(parts, { sessions, sites }));
  api.use(routeRooms(parts, sessions));
  api.use(routeIncidents(parts, sessions));
  api.use(routeLinks(parts, sessions));
  api.use(routeSites(parts, sessions));
  api.use(routeMonitor(parts, sessions));
  api.use(routeDirectory(parts, sessions));
  api.use(routeBookings(parts, sessions));
  api.use(routeRehearsals(parts, { sessions, sites }));
  api.use(routeNotices(parts, sessions));
  api.use(routeReports(parts, sessions));
  api.use(routeLayouts(parts, sessions));
  api.use(routeRecordings(parts, sessions));
  api.use(refuseUnknownPath);

  app.get('/metrics', serveMetrics(parts, sessions));
  app.use('/api', api);
  app.use(serveClient(parts.clientDir));
  app.use(refuseUnknownPath);
  app.use(answerErrors(parts.logger));
  return app;
}

function protectBrowsers(): RequestHandler[] {
  const protect = helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // 'self' covers wss: of the same host (CSP3 6.7.2.8).
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        mediaSrc: ["'self'", 'blob:', 'mediastream:'],
        workerSrc: ["'self'", 'blob:'],
        // Tiles are placed by inline style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // There is no HTTP port to be kept away from, and a self-signed certificate must remain acceptable by hand.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  const permit: RequestHandler = (_request, response, next) => {
    response.set('Permissions-Policy', 'camera=(self), microphone=(self), display-capture=(self), geolocation=()');
    next();
  };
  return [protect, permit];
}
