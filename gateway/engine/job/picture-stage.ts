import type Gst from 'gi://Gst?version=1.0';
import type { PictureScene } from '../picture-protocol.ts';
import { drawBackground, drawBanner, drawCard, drawLabel } from './picture-drawing.ts';
import type { PictureInput } from './picture-input.ts';
import { type PlacedTile, placeTiles } from './picture-layout.ts';
import { fillSlot, hidePad, openSlot, placePad, type Slot } from './picture-slot.ts';

/** Above every tile. */
const bannerOrder = 1000;

/** The picture that is drawn. */
export interface StageOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly transitions: boolean;
  readonly timeZone?: string | undefined;
}

/** Brings the scene into the compositor: moving pictures to their places, and everything that is drawn. */
export class Stage {
  scene: PictureScene = {
    tiles: [],
    banner: '',
    marks: { recording: false, clock: false },
    background: { color: '#050404', holdTitle: '', holdText: '' },
  };
  readonly #pipeline: Gst.Pipeline;
  readonly #compositor: Gst.Element;
  readonly #output: StageOptions;
  readonly #background: Slot;
  #banner: Slot | undefined;
  /** One per tile, card or label; kept for later when there are fewer tiles. */
  readonly #slots: Slot[] = [];

  constructor(pipeline: Gst.Pipeline, compositor: Gst.Element, output: StageOptions) {
    this.#pipeline = pipeline;
    this.#compositor = compositor;
    this.#output = output;
    this.#background = this.#open();
    this.arrange(new Map());
  }

  /** To be called whenever the scene changed, or which inputs are live. */
  arrange(inputs: ReadonlyMap<string, PictureInput>): void {
    const placed = placeTiles(this.scene.tiles, this.#output, (inputId) => inputs.get(inputId)?.live ?? false);
    this.#arrangeBackground(placed);
    const shown = new Set(placed.map(({ tile }) => tile.inputId));
    for (const [inputId, input] of inputs) if (!shown.has(inputId)) input.hide();
    placed.forEach((place, index) => {
      if (place.tile.inputId !== null) inputs.get(place.tile.inputId)?.show(place);
      this.#slots[index] ??= this.#open();
      this.#arrangeDrawn(this.#slots[index], place);
    });
    for (const slot of this.#slots.slice(placed.length)) hidePad(slot.pad);
    this.#arrangeBanner();
  }

  #open(): Slot {
    return openSlot(this.#pipeline, this.#compositor, this.#output);
  }

  #arrangeBackground(placed: readonly PlacedTile[]): void {
    const { background, tiles } = this.scene;
    const beds = placed.map(({ area, video, tile }) => [area, video, tile.speaking]);
    const key = JSON.stringify([background, tiles.length === 0, beds]);
    const size = fillSlot(this.#background, key, () => drawBackground(this.#output, this.scene, placed));
    placePad(this.#background.pad, { x: 0, y: 0, ...size }, 0);
  }

  #arrangeDrawn(slot: Slot, place: PlacedTile): void {
    const { tile, area, video, labelHeight, drawnOrder } = place;
    if (video === undefined) {
      const key = JSON.stringify(['card', tile.label, tile.muted, tile.speaking, area.width, area.height]);
      fillSlot(slot, key, () => drawCard(place, this.#output));
      placePad(slot.pad, area, drawnOrder);
    } else if (tile.label === '' && !tile.muted) hidePad(slot.pad);
    else {
      const key = JSON.stringify(['label', tile.label, tile.muted, tile.speaking, labelHeight, area.width]);
      const size = fillSlot(slot, key, () => drawLabel(place));
      placePad(slot.pad, { x: video.x, y: video.y + video.height - size.height, ...size }, drawnOrder);
    }
  }

  #arrangeBanner(): void {
    const text = this.scene.banner;
    if (text === '') {
      if (this.#banner !== undefined) hidePad(this.#banner.pad);
      return;
    }
    this.#banner ??= this.#open();
    const size = fillSlot(this.#banner, text, () => drawBanner(this.#output, text));
    placePad(this.#banner.pad, { x: 0, y: 0, ...size }, bannerOrder);
  }
}
