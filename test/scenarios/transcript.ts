import { z } from 'zod';
import { commandSchema } from '../../server/protocol/commands.ts';
import type { LoggedEvent, RoomEvent } from '../../server/protocol/events.ts';
import { participantIdOfSite } from '../../server/protocol/ids.ts';
import { type Incident, incidentSchema } from '../../server/protocol/incidents.ts';
import { type Call, invitedSiteSchema, type Kind, type Role, type RoomState } from '../../server/protocol/records.ts';
import { decide } from '../../server/room/decide.ts';
import { type Effect, effectsOf } from '../../server/room/effects.ts';
import { evolve } from '../../server/room/evolve.ts';
import type { Actor } from '../../server/room/policy.ts';
import { emptyRoom } from '../../server/room/state.ts';
import type { SystemCommand } from '../../server/room/system-commands.ts';
import { viewEvent } from '../../server/room/view.ts';
import { layoutFor, pictureKeyFor, tilesFor } from '../../server/room/viewing.ts';

/**
 * Plays a transcript: lines that begin with `>` are what someone says, everything indented below is what follows from
 * it and is written by this function. Blank lines and lines with `#` stay as they are.
 *
 *   > +5s ba-be requestFloor                    a command of ba-be, five seconds after the line before
 *   > op grantFloor requestId=3                 id 3 was made by the third line
 *   > system admit ba-be site sip "Ba Bể"       who enters: id, role, kind, name, and perhaps by which call
 *   > show op                                   the picture as drawn for this one, with its key, and the roster
 *
 * @returns the whole transcript with what follows now
 */
export function play(transcript: string): string {
  const stage = new Stage();
  const written: string[] = [];
  for (const line of transcript.split('\n')) {
    if (line.startsWith('  ')) continue;
    written.push(line);
    if (line.startsWith('>')) written.push(...stage.say(words(line.slice(1))).map((l) => `  ${l}`));
  }
  return written.join('\n');
}

const invitation = z.strictObject({ sites: z.array(invitedSiteSchema) });

/** Split at blanks, but for those within quotes and within JSON. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:\{.*\}|"[^"]*"|[^\s"{])+/g)].map(([w]) => (w.includes('{') ? w : w.replaceAll('"', '')));
}

class Stage {
  private state: RoomState = emptyRoom('giao-ban');
  private now = Date.UTC(2026, 0, 5, 1, 0, 0);
  private lines = 0;

  say(said: string[]): string[] {
    this.lines += 1;
    const delay = /^\+(\d+)s$/.exec(said[0] ?? '');
    if (delay) {
      this.now += Number(delay[1]) * 1000;
      said.shift();
    }
    const [who = '', verb = '', ...rest] = said;
    if (who === 'show') return this.show(verb);
    const command = who === 'system' ? systemCommand(verb, rest) : commandSchema.parse({ verb, ...pairs(rest) });
    const decision = decide(this.state, command, this.actor(who), { now: this.now, id: String(this.lines) });
    const told = decision.events.flatMap((event) => this.apply(event, who));
    if (decision.refusal) told.push(`refused  ${decision.refusal.code} (${decision.refusal.category})`);
    return told.length > 0 ? told : ['nothing'];
  }

  private actor(who: string): Actor {
    if (who === 'system') return 'system';
    const participant = this.state.participants[who];
    if (!participant) throw new Error(`nobody is called ${who}`);
    return { participantId: who, role: participant.role, kind: participant.kind };
  }

  private apply(event: RoomEvent, by: string): string[] {
    const before = this.state;
    const logged: LoggedEvent = { seq: before.seq + 1, at: this.now, by, event };
    const after = evolve(before, logged);
    this.state = after;
    const everyone = new Set([...Object.keys(before.participants), ...Object.keys(after.participants)]);
    const seers = [...everyone].filter((id) => viewEvent(logged, before, after, id) !== null);
    const seen = seers.length === everyone.size ? 'everyone' : seers.join(', ') || 'nobody';
    return [
      `event    ${describe(event)}${everyone.size > 0 ? `   seen by ${seen}` : ''}`,
      ...effectsOf(before, after, logged).map((e) => `effect   ${describeEffect(e)}`),
    ];
  }

  private show(viewer: string): string[] {
    const { state } = this;
    const program = tilesFor(state, viewer).map(
      (t) => (t.participantId ?? '–') + (t.source === 'screen' ? '/screen' : '') + (t.picture ? '' : ' (card)'),
    );
    const roster = Object.values(state.participants).map(
      (p) => `${p.id} ${p.presence}${p.gate === 'open' ? ' LIVE' : ''}`,
    );
    const key = pictureKeyFor(state, viewer);
    const shown = state.hold ? `hold ${state.hold.text}` : `${layoutFor(state, viewer).name}: ${program.join(' | ')}`;
    return [`${key.padEnd(8)} ${shown}`, `roster   ${roster.join(', ')}`];
  }
}

function pairs(rest: string[]): Record<string, unknown> {
  return Object.fromEntries(
    rest.map((pair) => {
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      const isJson = /^[{[]/.test(value) || value === 'true' || value === 'false';
      const isNumber = /^(version|pan|tilt|zoom|preset|attempt|retryAt|sipStatus|until|gainDb|expectedAt)=/.test(pair);
      return [pair.slice(0, at), isJson || isNumber ? JSON.parse(value) : value];
    }),
  );
}

function systemCommand(verb: string, rest: string[]): SystemCommand {
  const [a = '', b = '', c = '', d = '', e = ''] = rest;
  switch (verb) {
    case 'open':
      return { verb, roomId: 'giao-ban', title: a };
    case 'admit':
      return { verb, participant: { id: a, role: b as Role, kind: c as Kind, name: d, ...(e ? { callId: e } : {}) } };
    case 'lose':
    case 'expire':
      return { verb, participantId: a };
    case 'openSource':
    case 'closeSource':
      return { verb, participantId: a, sent: { source: b as 'camera', ...(c ? { for: c } : {}) } };
    case 'setSpeaker':
      return { verb, participantId: a === 'nobody' ? null : a };
    case 'recover':
      return { verb };
    case 'recordRefusedCall':
      return {
        verb,
        address: a,
        target: b,
        kind: (c || 'call') as 'call',
        ...(d ? { site: { siteId: d, name: d } } : {}),
      };
    case 'recordCall':
      return { verb, callId: a, participantId: participantIdOfSite(b), address: c, name: b, siteId: b };
    case 'invite':
      return { verb, ...invitation.parse(JSON.parse(a)) };
    case 'setPin':
      return { verb, pin: a };
    case 'recordIncident':
      return { verb, incident: incidentSchema.parse(JSON.parse(a)) };
    default:
      throw new Error(`no system command ${verb}`);
  }
}

function describe(event: RoomEvent): string {
  switch (event.type) {
    case 'participantJoined': {
      const { id, role, kind, gate } = event.participant;
      return `participantJoined ${id} (${role}, ${kind}${gate === 'open' ? ', gate open' : ''})`;
    }
    case 'floorRequested':
    case 'requestForwarded':
    case 'requestWithdrawn':
    case 'requestDeclined':
    case 'floorGranted':
    case 'floorFinished': {
      const { id, participantId, enteredBy, onBehalfOfChair } = event.request;
      const how = [
        enteredBy && `entered by ${enteredBy}`,
        onBehalfOfChair && 'on behalf of the chair',
        'reason' in event && event.reason,
      ];
      return [`${event.type} ${participantId}, request ${id}`, ...how.filter(Boolean)].join(', ');
    }
    case 'previewEdited':
      return `previewEdited ${event.preview.layout.name}, version ${event.preview.version}`;
    case 'programTaken':
      return `programTaken ${event.layout.name}`;
    case 'ownPictureTaken':
      return `ownPictureTaken ${event.audience} ${event.layout.name}`;
    case 'overlayChanged': {
      const { banner, clock, names } = event.overlay;
      return `overlayChanged “${banner}”${clock ? ', clock' : ''}${names ? ', names' : ''}`;
    }
    case 'holdBegan':
      return `holdBegan ${event.hold.kind} “${event.hold.text}”`;
    case 'sourceOpened':
    case 'sourceClosed':
      return `${event.type} ${event.participantId}/${event.sent.source}`;
    case 'callPlaced':
    case 'callChanged':
      return `${event.type} ${describeCall(event.call)}`;
    case 'sitesInvited':
      return `sitesInvited ${event.sites.map((s) => s.siteId).join(', ')}`;
    case 'endpointReported': {
      const { content, cameraControl } = event.endpoint;
      return `endpointReported ${event.participantId}, content ${content}${cameraControl ? ', camera control' : ''}`;
    }
    case 'cameraMoved': {
      const { pan = 0, tilt = 0, zoom = 0 } = event.moving ?? {};
      return `cameraMoved ${event.participantId} ${event.moving ? `pan ${pan}, tilt ${tilt}, zoom ${zoom}` : 'stop'}`;
    }
    case 'framingStored':
      return `framingStored ${event.participantId} ${event.framing.preset} ${event.framing.name}`;
    case 'messageWritten': {
      const { name, to, text } = event.message;
      return `messageWritten ${name} to ${to}: “${text}”`;
    }
    case 'incidentOpened':
    case 'incidentWidened':
    case 'incidentReported':
    case 'incidentTold':
    case 'incidentEnded':
      return `${event.type} ${describeIncident(event.incident)}`;
    case 'attemptRefused':
      return `attemptRefused ${event.attempt.by} tried ${event.attempt.verb}${event.attempt.detail ? ` ${event.attempt.detail}` : ''}`;
    default: {
      const { type, ...rest } = event;
      return [type, ...Object.values(rest).map(String)].join(' ');
    }
  }
}

function describeIncident({ id, kind, participantIds, openedAt, endedAt, ...known }: Incident): string {
  const { note, cause, remedy, expectedAt, told } = known;
  const parts = [
    `${id}: ${kind} of ${participantIds.join(', ')}`,
    note && `“${note}”`,
    cause && `cause “${cause}”`,
    remedy && `remedy “${remedy}”`,
    expectedAt !== undefined && `expected ${new Date(expectedAt).toISOString().slice(11, 16)}`,
    told.length > 0 && `told ${told.map(({ party, name }) => [party, name].filter(Boolean).join(' ')).join(', ')}`,
    endedAt !== undefined && `lasted ${(endedAt - openedAt) / 1000} s`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** Times are told from the start of the call. */
function describeCall({ address, status, attempt, cause, causeText, retryAt, changedAt }: Call): string {
  const why = [cause, causeText && `“${causeText}”`].filter(Boolean).join(', ');
  const again = retryAt === undefined ? '' : `, again in ${(retryAt - changedAt) / 1000} s`;
  return `${address} ${status}${attempt > 1 ? `, attempt ${attempt}` : ''}${why && ` (${why})`}${again}`;
}

function describeEffect(effect: Effect): string {
  switch (effect.effect) {
    case 'forward':
    case 'stopForwarding':
      return `${effect.effect} ${effect.from.participantId}/${effect.from.source} → ${effect.to}`;
    case 'reviewPictures':
      return 'reviewPictures';
    case 'stopPresenting':
    case 'closeMedia':
      return `${effect.effect} ${effect.participantId}`;
    case 'dismiss':
      return `dismiss ${effect.participantId} (${effect.reason})`;
  }
}
