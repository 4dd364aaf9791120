import type { BudgetHalf, Given, Remedy, SiteBudget } from '../protocol/budget.ts';
import type { Layout, Participant, RoomState, Slot, SourceRef } from '../protocol/records.ts';
import { spatialLayerFor, type Tile } from '../room/layout.ts';
import { lineFor, picturesOf } from '../room/line-capacity.ts';
import { emptyRoom } from '../room/state.ts';
import {
  COMPOSED_HEADROOM,
  type ComposedSize,
  composedKbps,
  SOUND_KBPS,
  USUAL_CONTENT_KBPS,
  USUAL_KBPS,
} from '../room/usual-rates.ts';
import { tilesFor } from '../room/viewing.ts';
import { allocate, type Bearing, costOf, NOTHING_GIVEN, type Want } from './allocate.ts';
import { wantsOf } from './wants.ts';

/** A site as the directory knows it; capacities in kbit/s, absent where nobody knows. */
export interface PlannedSite {
  siteId: string;
  name: string;
  way: 'browser' | 'codec';
  upKbps?: number | undefined;
  downKbps?: number | undefined;
}

export interface Plan {
  layout: Layout;
  /** Something is presented. */
  presents: boolean;
  /** The sizes in which codecs get their picture, the largest first. */
  composed: readonly ComposedSize[];
}

/** Of all sites with such a line. */
type Reckoned = Omit<SiteBudget, 'siteId' | 'name' | 'way'>;

/** A picture is looked at on a screen of so many lines. */
const SCREEN_LINES = 1_080;
/** As many speak at once: one, and the chair. */
const SOUNDS = 2;
/** Lines of the layers of a camera, the smallest first. */
const LINES = [180, 360, 720] as const;
const VIEWER = 'viewer';
const CONTENT_FROM = 'site-0';

/**
 * What a meeting of these sites in this layout needs of each line, and what those that cannot bear it get instead; pure. It
 * asks the very functions that lay out, want and divide in the meeting. Worst moments count: a site watches another one that
 * speaks, whoever is named in the layout is there, a codec shows what is presented in a second picture, and each site sends
 * all its layers when it speaks itself.
 */
export function budgetOf(sites: readonly PlannedSite[], plan: Plan): SiteBudget[] {
  const ofEach = reckoner(sites.length, plan);
  const budgets = sites.map((site): SiteBudget => {
    const { siteId, name, way } = site;
    return { siteId, name, way, ...ofEach(site) };
  });
  return budgets.toSorted((a, b) => shortness(b) - shortness(a) || a.name.localeCompare(b.name, 'vi'));
}

/** How many of these sites have too narrow a line, and of how many of those not even sound and the smallest picture are sure. */
export function shortLinesOf(sites: readonly PlannedSite[], plan: Plan): { short: number; telephone: number } {
  const remedies = sites.map(reckoner(sites.length, plan)).map(({ remedy }) => remedy);
  const count = (which: (remedy: Remedy) => boolean) => remedies.filter(which).length;
  return { short: count((one) => one !== 'none'), telephone: count((one) => one === 'telephone') };
}

/** A province has few kinds of line: each is reckoned once. */
function reckoner(sites: number, plan: Plan): (site: PlannedSite) => Reckoned {
  const wants = wantsIn(sites, plan);
  const alike = new Map<string, Reckoned>();
  return (site) => {
    const key = [site.way, site.upKbps, site.downKbps].join();
    const found = alike.get(key) ?? (site.way === 'codec' ? ofCodec(site, plan) : ofBrowser(site, wants));
    alike.set(key, found);
    return found;
  };
}

/** How many times what there is would be needed, in the worse direction; 0 of a line that bears it. */
function shortness({ down, up }: SiteBudget): number {
  const of = ({ bears, needKbps, capacityKbps = needKbps }: BudgetHalf) => (bears ? 0 : needKbps / capacityKbps);
  return Math.max(of(down), of(up));
}

function wantsIn(sites: number, { layout, presents }: Plan): Want[] {
  const state = plannedRoom(sites, layout, presents);
  const watched = tilesFor(state, VIEWER).flatMap((tile) => watchedIn(tile));
  const costs = ({ source }: SourceRef) => (source === 'screen' ? [USUAL_CONTENT_KBPS] : USUAL_KBPS);
  return wantsOf(watched, costs, state);
}

function watchedIn({ picture, participantId, source, h }: Tile) {
  if (!picture || participantId === null || participantId === VIEWER) return [];
  return [{ from: { participantId, source }, spatialLayer: spatialLayerFor(h * SCREEN_LINES) }];
}

/** The viewer came last, so that everyone else has a place before it. */
function plannedRoom(sites: number, layout: Layout, presents: boolean): RoomState {
  const others = Array.from({ length: Math.max(0, sites - 1) }, (_, i) => participant(`site-${i}`, i, presents));
  const all = [...others, participant(VIEWER, sites, false)];
  return {
    ...emptyRoom('budget'),
    program: { ...layout, slots: layout.slots.map(ofAnyone) },
    participants: Object.fromEntries(all.map((one) => [one.id, one])),
    speaker: others.at(-1)?.id ?? null,
  };
}

/** A saved layout names sites; whoever they are, somebody has the place. */
function ofAnyone(slot: Slot): Slot {
  return slot.show === 'participant' ? { show: 'auto' } : slot;
}

function participant(id: string, joinedAt: number, presents: boolean): Participant {
  const screen = presents && id === CONTENT_FROM ? [{ source: 'screen' as const }] : [];
  return {
    ...{ id, name: id, role: 'site', kind: 'browser', presence: 'present', joinedAt, presenceSince: joinedAt },
    ...{ sources: [{ source: 'camera' }, { source: 'microphone' }, ...screen], gate: 'closed', muted: false },
  };
}

function ofBrowser({ upKbps, downKbps }: PlannedSite, wants: readonly Want[]): Reckoned {
  const down = divided(wants, SOUNDS * SOUND_KBPS, downKbps);
  // A camera sends its smaller layers whenever it sends a larger one.
  const layers = USUAL_KBPS.map((_, layer) => USUAL_KBPS.slice(0, layer + 1).reduce((sum, kbps) => sum + kbps, 0));
  const camera: Want = { key: 'camera', rank: 'speaker', layer: LINES.length - 1, kbps: layers };
  const up = divided([camera], SOUND_KBPS, upKbps);
  const sent = up.layers.get('camera') ?? null;
  return {
    ...{ down: down.half, up: up.half, given: givenOf(wants, down.layers), remedy: remedyOf(down.half, up.half) },
    sends: linesOf(sent),
  };
}

function divided(wants: readonly Want[], soundKbps: number, capacityKbps: number | undefined) {
  const bearing: Bearing = { soundKbps, ...(capacityKbps === undefined ? {} : { capacityKbps }) };
  const all = new Map(wants.map(({ key, layer, kbps }) => [key, Math.min(layer, kbps.length - 1)]));
  const { layers } = allocate(wants, bearing, NOTHING_GIVEN, 0);
  const needKbps = costOf(wants, all) + soundKbps;
  return { layers, half: halfOf(needKbps, costOf(wants, layers) + soundKbps, capacityKbps) };
}

function halfOf(needKbps: number, givenKbps: number, capacityKbps: number | undefined): BudgetHalf {
  const bears = capacityKbps === undefined || needKbps <= capacityKbps;
  return { needKbps, ...(capacityKbps === undefined ? {} : { capacityKbps }), bears, givenKbps };
}

function givenOf(wants: readonly Want[], layers: ReadonlyMap<string, number | null>): Given {
  const of = (rank: Want['rank']) => wants.filter((want) => want.rank === rank);
  const [speaker] = of('speaker');
  const isGiven = ({ key }: Want) => (layers.get(key) ?? null) !== null;
  return {
    wantedSpeaker: speaker ? linesOf(speaker.layer) : null,
    speaker: speaker ? linesOf(layers.get(speaker.key) ?? null) : null,
    wantedContent: of('content').length > 0,
    content: of('content').some(isGiven),
    wantedOthers: of('thumbnail').length,
    others: of('thumbnail').filter(isGiven).length,
  };
}

function linesOf(layer: number | null): number | null {
  return layer === null ? null : (LINES[layer] ?? null);
}

/** One composed picture in the largest size that its line bears, or made for it alone, and one of what is presented; one camera. */
function ofCodec({ upKbps, downKbps }: PlannedSite, { composed, presents }: Plan): Reckoned {
  const down = composedDown(downKbps, { composed, presents });
  const camera = USUAL_KBPS.at(-1) ?? 0;
  const room = picturesOf(upKbps, false).main;
  const sent = USUAL_KBPS.findLastIndex((kbps) => kbps <= room);
  const up = halfOf(lineFor({ main: camera }), lineFor({ main: Math.min(camera, room) }), upKbps);
  return { up, ...down, remedy: remedyOf(down.down, up), sends: linesOf(Math.max(0, sent)) };
}

function composedDown(kbps: number | undefined, { composed, presents }: Pick<Plan, 'composed' | 'presents'>) {
  const [largest, smallest] = [composed[0], composed.at(-1)];
  if (!largest || !smallest) throw new RangeError('no composed picture');
  const cost = (size: ComposedSize) => Math.round(composedKbps(size) * COMPOSED_HEADROOM);
  const rooms = picturesOf(kbps, presents);
  const within = (room: number) => {
    const size = composed.find((one) => cost(one) <= room) ?? smallest;
    return { height: size.height, kbps: Math.min(room, cost(size)) };
  };
  const [main, content] = [within(rooms.main), presents ? within(rooms.content) : undefined];
  const needKbps = lineFor({ main: cost(largest), content: presents ? cost(largest) : undefined });
  const taken = lineFor({ main: main.kbps, content: content?.kbps });
  // Slides wait for what is left: they make no line hopeless.
  const givenKbps = Math.max(lineFor({ main: main.kbps }), Math.min(taken, kbps ?? taken));
  return {
    down: halfOf(needKbps, givenKbps, kbps),
    composed: {
      ...{ wantedHeight: largest.height, height: main.height },
      ...(content ? { contentHeight: content.height } : {}),
    },
  };
}

/** Where not even the least fits, only sound is sure. */
function remedyOf(down: BudgetHalf, up: BudgetHalf): Remedy {
  const isHopeless = [down, up].some(({ givenKbps, capacityKbps = givenKbps }) => givenKbps > capacityKbps);
  if (isHopeless) return 'telephone';
  return down.bears && up.bears ? 'none' : 'less';
}
