import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import type { StoredDevice } from '../accounts/ports.ts';
import { type DeviceSummary, type Enrolment, enrolSchema, type SiteDoor } from '../protocol/devices.ts';
import { opinionSchema } from '../protocol/feedback.ts';
import type { Site } from '../protocol/http.ts';
import { participantIdOfSite, type SiteId } from '../protocol/ids.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { makeCode, tidyCode } from './passwords.ts';
import type { ApiParts } from './ports.ts';
import { AddressLimit } from './recording-limits.ts';
import { findOpen } from './rooms.ts';
import type { Seal } from './sealing.ts';
import { freshId, hashToken, type Sessions } from './sessions.ts';
import { cameBy, keepToken, type SiteCallers } from './site-callers.ts';

/** So long after the end a site is asked what it thinks (REG-16). */
const OPINION_MS = 24 * 3600_000;
const CODE_MS = 10 * 60_000;

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
export function routeSiteDoor(
  parts: ApiParts,
  { sessions, seal, sites }: DeviceParts & { sites: SiteCallers },
): Router {
  const { devices, now } = parts;
  const tried = new AddressLimit(10, 600);
  const router = Router();

  router.post('/enrol', async (request, response) => {
    await tried.count(request);
    const { code, name } = parse(enrolSchema, request.body);
    const offered = await devices.take(seal.recognise(tidyCode(code)), now());
    if (!offered) throw new Refused('enrolmentInvalid');
    await tried.forgive(request);
    const token = randomBytes(32).toString('base64url');
    const times = { enrolledAt: now(), lastSeenAt: now() };
    const { siteId } = offered;
    const device = { deviceId: freshId(), siteId, tokenHash: hashToken(token), name, ...times, ...cameBy(request) };
    const note = sessions.noteOf(request, `device:${device.deviceId}`, 'deviceEnrolled', siteId, {
      device: name,
      issuedBy: offered.issuedBy,
    });
    await devices.add(device, note);
    keepToken(response, token);
    response.status(201).json(await describeDoor(parts, siteId));
  });

  router.get('/site', async (request, response) => {
    const { siteId } = await sites.identify(request, response);
    response.json(await describeDoor(parts, siteId));
  });

  router.post('/site/rooms/:id/ticket', async (request, response) => {
    const { siteId, ...standing } = await sites.identify(request, response);
    const { name, meetings } = await describeDoor(parts, siteId);
    const { roomId } = await findOpen(parts, request.params.id);
    if (!meetings.some((meeting) => meeting.roomId === roomId)) throw new Refused('notInvited', roomId);
    const who = { participantId: participantIdOfSite(siteId), role: 'site', kind: 'browser', name } as const;
    const ticket = await parts.issueTicket({ roomId, ...who, siteId, ...standing });
    response.json({ ticket, roomId, participantId: who.participantId });
  });

  router.post('/site/rooms/:id/feedback', async (request, response) => {
    const { siteId } = await sites.identify(request, response);
    const opinion = parse(opinionSchema, request.body);
    const { name, ended } = await describeDoor(parts, siteId);
    const roomId = request.params.id;
    if (!ended.some((meeting) => meeting.roomId === roomId)) throw new Refused('notInvited', roomId);
    const participantId = participantIdOfSite(siteId);
    await parts.reports.give(roomId, { participantId, role: 'site', name, siteId, ...opinion });
    response.json({});
  });
  return router;
}

async function describeDoor({ directory, rooms, log, now }: ApiParts, siteId: SiteId): Promise<SiteDoor> {
  const site = (await directory.list()).find((one: Site) => one.siteId === siteId);
  if (!site) throw new Refused('notEnrolled');
  const all = await log.rooms();
  const open = all.filter(({ roomId }) => rooms.get(roomId)?.state.status === 'open');
  const invited = open.filter(({ roomId }) => rooms.get(roomId)?.state.sites[siteId] !== undefined);
  const meetings = invited.map(({ roomId, title, openedAt }) => ({ roomId, title, openedAt }));
  const ended: SiteDoor['ended'] = [];
  for (const { roomId, title, endedAt } of all) {
    if (endedAt === undefined || now() - endedAt > OPINION_MS) continue;
    if ((await directory.invited(roomId)).includes(siteId)) ended.push({ roomId, title, endedAt });
  }
  return { siteId, name: site.name, meetings, ended };
}

function summarise({ tokenHash: _secret, ...device }: StoredDevice): DeviceSummary {
  return device;
}
