/** Whether each composed picture shows what was asked for: who, where and when. */
import type { ClipSender } from './_clip-sender.ts';
import type { Identity } from './_soak-clips.ts';
import type { Arrived } from './_soak-frames.ts';
import type { ScenePlace } from './_soak-scenes.ts';
import { type DecodedPicture, readTile } from './_soak-tiles.ts';

/** How long a change may take to be seen, what has come to become live, and a picture to pass through. */
const CHANGE_MS = 1500;
const JOIN_MS = 4000;
const STALE_MS = 1500;
/** An input is cut to the shape of its tile where it is decoded: until then its picture, and the time in it, is stretched. */
const SHAPE_MS = 600;
/** Arrival is noted by a process that has more to do. */
const CLOCK_MS = 700;
/** Transitions and what they need to begin. */
const MOVING_MS = 1500;
const EXAMPLES = 8;

/** Someone who sends, as the judge knows him; times are `performance.now()`. */
export interface Witness {
  readonly identity: Identity;
  readonly sender: Pick<ClipSender, 'sentAt'>;
  readonly joinedAt: number;
  leftAt: number;
}

interface Scene {
  readonly at: number;
  readonly places: readonly ScenePlace[];
}

export class Judge {
  frames = 0;
  tiles = 0;
  wrongTiles = 0;
  /** Wrong while this machine had other things to do. */
  heldUpTiles = 0;
  readonly examples: string[] = [];
  /** Called with the number of a frame that is seen of an input. */
  onNumber: (inputId: string, number: number, frame: Arrived) => void = () => undefined;
  readonly #witnesses: ReadonlyMap<string, Witness>;
  readonly #transitions: boolean;
  readonly #heldUp: (at: number) => boolean;
  #scenes: Scene[] = [];
  #changedAt = Number.NEGATIVE_INFINITY;

  /** @param heldUp whether what takes part waited for a processor shortly before this time */
  constructor(witnesses: ReadonlyMap<string, Witness>, transitions: boolean, heldUp: (at: number) => boolean) {
    this.#witnesses = witnesses;
    this.#transitions = transitions;
    this.#heldUp = heldUp;
  }

  /** To be called right before the scene is asked for. */
  changed(places: readonly ScenePlace[]): void {
    this.disturbed();
    this.#scenes.push({ at: this.#changedAt, places });
  }

  /** Something else begins to move. */
  disturbed(): void {
    this.#changedAt = performance.now();
  }

  look(picture: DecodedPicture, frame: Arrived): void {
    const { at } = frame;
    this.#scenes = this.#scenes.filter((_, index) => (this.#scenes[index + 1]?.at ?? at) > at - CHANGE_MS);
    const candidates = this.#scenes.filter((scene) => scene.at <= at);
    if (candidates.length === 0) return;
    // Tiles that move are nowhere yet.
    if (this.#transitions && this.#changedAt > at - MOVING_MS) return;
    this.frames += 1;
    const verdicts = candidates.map((scene) => ({ scene, wrong: this.#wrongIn(picture, scene, frame) }));
    const best = verdicts.toSorted((one, other) => one.wrong.length - other.wrong.length)[0];
    if (best === undefined) return;
    this.tiles += best.scene.places.length;
    if (best.wrong.length > 0) this.#blame(best.wrong, at);
    // What was seen once does not come back.
    if (best.wrong.length === 0) this.#scenes = this.#scenes.slice(this.#scenes.indexOf(best.scene));
    this.#note(picture, best.scene, frame);
  }

  #blame(wrong: readonly string[], at: number): void {
    const isHeldUp = this.#heldUp(at);
    if (isHeldUp) this.heldUpTiles += wrong.length;
    else this.wrongTiles += wrong.length;
    const what = `at ${Math.round(at)} ms${isHeldUp ? ', held up' : ''}: ${wrong.join('; ')}`;
    if (this.examples.length < EXAMPLES) this.examples.push(what);
  }

  #wrongIn(picture: DecodedPicture, { at: begun, places }: Scene, { at }: Arrived): string[] {
    return places.flatMap((place, index) => {
      const seen = readTile(picture, place, places.slice(index + 1));
      const witness = place.inputId === null ? undefined : this.#witnesses.get(place.inputId);
      const mayBeCard = witness === undefined || at < witness.joinedAt + JOIN_MS || at > witness.leftAt;
      if (this.#transitions && witness !== undefined && at < witness.joinedAt + JOIN_MS) return [];
      if (seen.who === 'card') return mayBeCard ? [] : [`${place.inputId} is a card`];
      if (witness === undefined || at > witness.leftAt + CHANGE_MS) return [`${nameOf(seen.who)} in an empty tile`];
      if (seen.who !== witness.identity) return [`${nameOf(seen.who)}, not ${place.inputId}`];
      if (at < begun + SHAPE_MS) return [];
      if (seen.frame === undefined) return isCovered(place, places.slice(index + 1)) ? [] : ['an unreadable time'];
      const sentAt = witness.sender.sentAt.get(seen.frame) ?? Number.NaN;
      const age = at - sentAt;
      return age > -CLOCK_MS && age < STALE_MS ? [] : [`${place.inputId} of ${Math.round(age)} ms ago`];
    });
  }

  #note(picture: DecodedPicture, { places }: Scene, frame: Arrived): void {
    for (const [index, place] of places.entries()) {
      if (place.inputId === null) continue;
      const { who, frame: number } = readTile(picture, place, places.slice(index + 1));
      const isHe = who !== undefined && who === this.#witnesses.get(place.inputId)?.identity;
      if (isHe && number !== undefined) this.onNumber(place.inputId, number, frame);
    }
  }
}

const nameOf = (who: Identity | 'card' | undefined) =>
  who === undefined ? 'something' : who === 'card' ? who : who.name;

const isCovered = (place: ScenePlace, covers: readonly ScenePlace[]) =>
  covers.some(
    (cover) =>
      cover.x < place.x + place.w &&
      place.x < cover.x + cover.w &&
      cover.y < place.y + place.h &&
      place.y < cover.y + cover.h,
  );
