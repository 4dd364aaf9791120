import type Gst from 'gi://Gst?version=1.0';
import type { PictureScene } from '../../picture-protocol.ts';
import { type Drawn, drawPlain, live, rgb } from './picture-drawing.ts';
import { drawCard, drawLabel, labelRect } from './picture-labels.ts';
import {
  cardLabel,
  frameAround,
  frameWidth,
  type PlacedTile,
  placeTiles,
  type Rect,
  type Size,
} from './picture-layout.ts';
import { bannerRect, drawBanner, drawHold, drawMarks, marksRect } from './picture-marks.ts';

/** An input as the stage sees it. */
export interface StagedInput {
  readonly live: boolean;
  /** Of the compositor. */
  readonly pad: Gst.Pad;
  /** Cuts to a shape of this width and height, or shows the whole picture when there is none. */
  shape(shape: Size | undefined): void;
}

/** One thing in the picture. */
export interface Figure {
  /** The same from one scene to the next for what a viewer takes for the same thing. */
  readonly id: string;
  readonly rect: Rect;
  /** A higher one is in front. */
  readonly order: number;
  readonly look: MovingFigure | DrawnFigure;
}

interface MovingFigure {
  readonly input: StagedInput;
  readonly fit: 'cover' | 'contain';
}

interface DrawnFigure {
  /** What the drawing depends on: it is drawn anew only when this changes. */
  readonly key: string;
  draw(): Drawn;
}

/** From the rear to the front. What leaves goes between the background and the rest. */
const orders = { background: 1, hold: 80, tiles: 100, banner: 1000, marks: 1001 };
const ordersPerTile = 4;

/** The order of something that leaves: behind all that stays, and among its like as before. */
export function orderOfLeaving(order: number): number {
  return 2 + Math.floor(order / 16);
}

/** Everything in the scene. `time` is '' without a clock. */
export function figuresOf(
  scene: PictureScene,
  size: Size,
  inputs: ReadonlyMap<string, StagedInput>,
  time: string,
): Figure[] {
  const banner = scene.banner === '' ? undefined : bannerRect(scene.banner, size);
  const isLive = (inputId: string) => inputs.get(inputId)?.live ?? false;
  const placed = placeTiles(scene.tiles, size, isLive, banner?.height);
  const tiles = placed.flatMap((place, index) => {
    const input = place.tile.inputId === null ? undefined : inputs.get(place.tile.inputId);
    return tileFigures(place, input, orders.tiles + ordersPerTile * index, size);
  });
  return [...backgroundFigures(scene, size), ...tiles, ...lineFigures(scene, size, banner, time)];
}

function backgroundFigures({ background, tiles }: PictureScene, size: Size): Figure[] {
  const rect = { x: 0, y: 0, ...size };
  const { color, holdTitle, holdText } = background;
  const plain = drawn('background', rect, orders.background, [color], () => drawPlain(size, rgb(color)));
  if (tiles.length > 0 || (holdTitle === '' && holdText === '')) return [plain];
  const slide = ['hold', color, holdTitle, holdText];
  return [plain, drawn(slide.join('\n'), rect, orders.hold, slide, () => drawHold(background, size))];
}

function tileFigures(place: PlacedTile, input: StagedInput | undefined, order: number, size: Size): Figure[] {
  const { tile, name, area } = place;
  const figures: Figure[] = [];
  if (place.live && input !== undefined) {
    figures.push({ id: `${name} picture`, rect: area, order, look: { input, fit: tile.fit } });
    const rect = labelRect(place);
    if (rect !== undefined) {
      const depends = [tile.label, tile.muted, tile.speaking];
      figures.push(drawn(`${name} label ${tile.label}`, rect, order + 1, depends, () => drawLabel(place, rect)));
    }
  } else {
    const depends = [cardLabel(tile), tile.muted, place.covered];
    figures.push(drawn(`${name} card`, area, order, depends, () => drawCard(place)));
  }
  if (!tile.speaking) return figures;
  const bars = Object.entries(frameAround(area, frameWidth(size)));
  const frame = bars.map(([side, rect]) => {
    return drawn(`${name} frame ${side}`, rect, order + 2, [], () => drawPlain(rect, live));
  });
  return [...figures, ...frame];
}

function lineFigures({ banner, marks }: PictureScene, size: Size, foot: Rect | undefined, time: string): Figure[] {
  const figures: Figure[] = [];
  if (foot !== undefined) {
    const draw = () => drawBanner(banner, size, foot);
    figures.push(drawn(`banner ${banner}`, foot, orders.banner, [], draw));
  }
  const corner = marksRect({ ...marks, time }, size);
  if (corner !== undefined) {
    const draw = () => drawMarks({ ...marks, time }, size, corner);
    figures.push(drawn(`marks ${marks.recording} ${time}`, corner, orders.marks, [], draw));
  }
  return figures;
}

function drawn(id: string, rect: Rect, order: number, depends: unknown[], draw: () => Drawn): Figure {
  const key = JSON.stringify([rect.width, rect.height, ...depends]);
  return { id, rect, order, look: { key, draw } };
}
