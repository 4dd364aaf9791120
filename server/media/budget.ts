import type { BudgetHalf, Given, Remedy, SiteBudget } from '../protocol/budget.ts';
import type { Layout, Participant, RoomState, SourceRef } from '../protocol/records.ts';
import { spatialLayerFor, type Tile } from '../room/layout.ts';
import { CODEC_FILL, CODEC_SOUND_KBPS, picturesOf } from '../room/line-capacity.ts';
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
 * speaks, and sends all its layers when it speaks itself.
 */
export function budgetOf(sites: readonly PlannedSite[], plan: Plan): SiteBudget[] {
  const wants = wantsIn(sites.length, plan);
  const budgets = sites.map((site) => (site.way === 'codec' ? ofCodec(site, plan.composed) : ofBrowser(site, wants)));
  return budgets.toSorted((a, b) => shortness(b) - shortness(a) || a.name.localeCompare(b.name, 'vi'));
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
    program: layout,
    participants: Object.fromEntries(all.map((one) => [one.id, one])),
    speaker: others.at(-1)?.id ?? null,
  };
}

function participant(id: string, joinedAt: number, presents: boolean): Participant {
  const screen = presents && id === CONTENT_FROM ? [{ source: 'screen' as const }] : [];
  return {
    ...{ id, name: id, role: 'site', kind: 'browser', presence: 'present', joinedAt, presenceSince: joinedAt },
    ...{ sources: [{ source: 'camera' }, { source: 'microphone' }, ...screen], gate: 'closed', muted: false },
  };
}

function ofBrowser({ upKbps, downKbps, ...site }: PlannedSite, wants: readonly Want[]): SiteBudget {
  const down = divided(wants, SOUNDS * SOUND_KBPS, downKbps);
  // A camera sends its smaller layers whenever it sends a larger one.
  const layers = USUAL_KBPS.map((_, layer) => USUAL_KBPS.slice(0, layer + 1).reduce((sum, kbps) => sum + kbps, 0));
  const camera: Want = { key: 'camera', rank: 'speaker', layer: LINES.length - 1, kbps: layers };
  const up = divided([camera], SOUND_KBPS, upKbps);
  const sent = up.layers.get('camera') ?? null;
  return {
    ...site,
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

/** One composed picture in the largest size that its line bears, or one made for it alone; and one camera (`picturesOf`). */
function ofCodec({ upKbps, downKbps, ...site }: PlannedSite, composed: readonly ComposedSize[]): SiteBudget {
  const [largest, smallest] = [composed[0], composed.at(-1)];
  if (!largest || !smallest) throw new RangeError('no composed picture');
  const cost = (size: ComposedSize) => composedKbps(size) * COMPOSED_HEADROOM;
  const room = picturesOf(downKbps, false).main;
  const shown = composed.find((size) => cost(size) <= room) ?? smallest;
  const camera = USUAL_KBPS.at(-1) ?? 0;
  const sent = USUAL_KBPS.findLastIndex((kbps) => kbps <= picturesOf(upKbps, false).main);
  const down = halfOf(onLine(cost(largest)), onLine(Math.min(room, cost(shown))), downKbps);
  const up = halfOf(onLine(camera), onLine(Math.min(camera, picturesOf(upKbps, false).main)), upKbps);
  return {
    ...site,
    ...{ down, up, remedy: remedyOf(down, up), sends: linesOf(Math.max(0, sent)) },
    composed: { wantedHeight: largest.height, height: shown.height },
  };
}

/** What a line must have that so much is left for the picture of a codec. */
function onLine(pictureKbps: number): number {
  return Math.round(pictureKbps / CODEC_FILL + CODEC_SOUND_KBPS);
}

/** Where not even the least fits, only sound is sure. */
function remedyOf(down: BudgetHalf, up: BudgetHalf): Remedy {
  const isHopeless = [down, up].some(({ givenKbps, capacityKbps = givenKbps }) => givenKbps > capacityKbps);
  if (isHopeless) return 'telephone';
  return down.bears && up.bears ? 'none' : 'less';
}
