/** Random scenes of a soak. */

import type { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import type { CommandParams } from '../../gateway/engine/protocol.ts';
import type { Place } from './_soak-tiles.ts';

export type SceneParams = CommandParams<typeof pictureContract, 'setScene'>;

export interface ScenePlace extends Place {
  readonly inputId: string | null;
}

function grid(side: number): Place[] {
  const size = 1 / side;
  return Array.from({ length: side ** 2 }, (_, index) => ({
    x: (index % side) * size,
    y: Math.floor(index / side) * size,
    w: size,
    h: size,
  }));
}

const third = 1 / 3;
const small = (x: number, y: number): Place => ({ x: x * third, y: y * third, w: third, h: third });
const layouts: readonly (readonly Place[])[] = [
  grid(1),
  grid(2),
  grid(3),
  [0, 0.5].map((x) => ({ x, y: 0, w: 0.5, h: 1 })),
  [{ x: 0, y: 0, w: 2 * third, h: 2 * third }, small(2, 0), small(2, 1), small(2, 2), small(1, 2), small(0, 2)],
  [
    { x: 0, y: 0, w: 1, h: 1 },
    { x: 0.62, y: 0.08, w: 0.33, h: 0.33 },
  ],
];

/**
 * A layout with everyone in a place of his own as far as there are places; places that are left are cards.
 * @param present names by input
 * @param always the input that has a place in every scene
 */
export function randomScene(
  random: () => number,
  present: ReadonlyMap<string, string>,
  always: string,
): { params: SceneParams; places: ScenePlace[] } {
  const layout = pick(random, layouts);
  const others = [...present.keys()].filter((inputId) => inputId !== always);
  const inputs: (string | null)[] = shuffled(random, others);
  const at = Math.floor(random() * layout.length);
  while (inputs.length < at) inputs.push(null);
  inputs.splice(at, 0, always);
  const places = layout.map((place, index) => ({ ...place, inputId: inputs[index] ?? null }));
  const tiles = places.map((place, index) => {
    const label = place.inputId === null ? 'Chưa vào' : (present.get(place.inputId) ?? '');
    return { ...place, label, muted: random() < 0.3, speaking: random() < 0.1, z: index };
  });
  const banner = random() < 0.3 ? `Đề nghị các điểm cầu chú ý ${Math.floor(random() * 100)}` : '';
  return { params: { tiles, banner, marks: { recording: random() < 0.5, clock: random() < 0.3 } }, places };
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

function shuffled<T>(random: () => number, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
