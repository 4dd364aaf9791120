import { randomBytes } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import type { StoredDevice } from '../accounts/ports.ts';
import { type DeviceSummary, type Enrolment, enrolSchema, type SiteDoor } from '../protocol/devices.ts';
import type { Site } from '../protocol/http.ts';
import { participantIdOfSite, type SiteId } from '../protocol/ids.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { cookieOf } from './cookies.ts';
import { makeCode, tidyCode } from './passwords.ts';
import type { ApiParts } from './ports.ts';
import { AddressLimit } from './recording-limits.ts';
import { findOpen } from './rooms.ts';
import type { Seal } from './sealing.ts';
import { freshId, hashToken, ipOf, type Sessions } from './sessions.ts';

const COOKIE = '__Host-rostrum-site';
/** Renewed with each use: a computer that stood still for longer enrols anew. */
const KEPT_MS = 400 * 24 * 3600_000;
const COOKIE_OPTIONS = { httpOnly: true, secure: true, sameSite: 'strict', path: '/', maxAge: KEPT_MS } as const;
const CODE_MS = 10 * 60_000;
const SEEN_MS = 5 * 60_000;

interface DeviceParts {
  sessions: Sessions;
  seal: Seal;
}

/** The sites' computers, for the centre: codes given out, devices listed and revoked. */
export function routeDevices(parts: ApiParts, { sessions, seal }: DeviceParts): Router {
  const { devices, directory, now } = parts;
  const router = Router();

  router.get('/devices', async (request, response) => {
    await sessions.require(request, 'enrolDevices');
    const changed = await parts.registrations.changed();
    response.json({ devices: (await devices.list()).map(summarise), changed });
  });

  router.post('/sites/:id/enrolment', async (request, response) => {
    const { by, note } = await sessions.require(request, 'enrolDevices');
    const siteId = request.params.id;
    directory.requireSites([siteId]);
    const code = makeCode(4);
    const expiresAt = now() + CODE_MS;
    const enrolment = { codeHash: seal.recognise(tidyCode(code)), siteId, issuedBy: by.username, expiresAt };
    await devices.offer(enrolment, note('enrolmentIssued', siteId));
    response.status(201).json({ code, expiresAt } satisfies Enrolment);
  });

  router.delete('/devices/changed/:id', async (request, response) => {
    const { note } = await sessions.require(request, 'enrolDevices');
    await parts.registrations.acknowledge(request.params.id, note('codecAccepted', request.params.id));
    response.json({});
  });

  router.delete('/devices/:id', async (request, response) => {
    const { note } = await sessions.require(request, 'enrolDevices');
    const { id } = request.params;
    const device = await devices.findById(id);
    if (!device || !(await devices.revoke(id, note('deviceRevoked', device.siteId, { device: device.name })))) {
      throw new Refused('deviceUnknown');
    }
    await parts.reviewStanding((ticket) => ticket.device === id);
    response.json({});
  });
  return router;
}

/** A site's way in: once by a code, from then on by what the code has left in the browser. */
export function routeSiteDoor(parts: ApiParts, { sessions, seal }: DeviceParts): Router {
  const { devices, now } = parts;
  const tried = new AddressLimit(10, 600);
  const router = Router();

  router.post('/enrol', async (request, response) => {
    await tried.count(request);
    const { code, name } = parse(enrolSchema, request.body);
    const offered = await devices.take(seal.recognise(tidyCode(code)), now());
    if (!offered) throw new Refused('enrolmentInvalid');
    const token = randomBytes(32).toString('base64url');
    const times = { enrolledAt: now(), lastSeenAt: now() };
    const { siteId } = offered;
    const device = { deviceId: freshId(), siteId, tokenHash: hashToken(token), name, ...times, ...cameBy(request) };
    const note = sessions.noteOf(request, `device:${device.deviceId}`, 'deviceEnrolled', siteId, {
      device: name,
      issuedBy: offered.issuedBy,
    });
    await devices.add(device, note);
    response.cookie(COOKIE, token, COOKIE_OPTIONS);
    response.status(201).json(await describeDoor(parts, siteId));
  });

  router.get('/site', async (request, response) => {
    const { siteId } = await identify(request, response);
    response.json(await describeDoor(parts, siteId));
  });

  router.post('/site/rooms/:id/ticket', async (request, response) => {
    const { siteId, ...standing } = await identify(request, response);
    const { name, meetings } = await describeDoor(parts, siteId);
    const { roomId } = await findOpen(parts, request.params.id);
    if (!meetings.some((meeting) => meeting.roomId === roomId)) throw new Refused('notInvited', roomId);
    const who = { participantId: participantIdOfSite(siteId), role: 'site', kind: 'browser', name } as const;
    const ticket = await parts.issueTicket({ roomId, ...who, siteId, ...standing });
    response.json({ ticket, roomId, participantId: who.participantId });
  });

  /** By the device's credential, or by the account of someone at the site. Throws `Refused` (`notEnrolled`). */
  async function identify(request: Request, response: Response): Promise<Standing> {
    const token = cookieOf(request, COOKIE);
    const device = token ? await devices.find(hashToken(token)) : undefined;
    if (token && device && now() - device.lastSeenAt < KEPT_MS) {
      await see(request, response, device, token);
      return { siteId: device.siteId, device: device.deviceId };
    }
    const signedIn = await sessions.require(request, 'attend').catch((error: unknown) => {
      if (error instanceof Refused) throw new Refused('notEnrolled');
      throw error;
    });
    if (signedIn.account.siteId === undefined) throw new Refused('notEnrolled');
    return { siteId: signedIn.account.siteId, session: signedIn.sessionId };
  }

  async function see(request: Request, response: Response, device: StoredDevice, token: string): Promise<void> {
    if (now() - device.lastSeenAt < SEEN_MS) return;
    await devices.see(device.deviceId, { lastSeenAt: now(), ...cameBy(request) });
    response.cookie(COOKIE, token, COOKIE_OPTIONS);
  }
  return router;
}

interface Standing {
  siteId: SiteId;
  device?: string;
  session?: string;
}

async function describeDoor({ directory, rooms, log }: ApiParts, siteId: SiteId): Promise<SiteDoor> {
  const site = (await directory.list()).find((one: Site) => one.siteId === siteId);
  if (!site) throw new Refused('notEnrolled');
  const open = (await log.rooms()).filter(({ roomId }) => rooms.get(roomId)?.state.status === 'open');
  const invited = open.filter(({ roomId }) => rooms.get(roomId)?.state.sites[siteId] !== undefined);
  const meetings = invited.map(({ roomId, title, openedAt }) => ({ roomId, title, openedAt }));
  return { siteId, name: site.name, meetings };
}

function cameBy(request: Request): { ip: string; userAgent: string } {
  return { ip: ipOf(request), userAgent: (request.get('user-agent') ?? '').slice(0, 256) };
}

function summarise({ tokenHash: _secret, ...device }: StoredDevice): DeviceSummary {
  return device;
}
