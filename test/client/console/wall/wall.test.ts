import { describe, expect, it } from 'vitest';
import {
  cardsOf,
  countCards,
  filterCards,
  heardNow,
  keepUnchanged,
  otherOperators,
} from '../../../../client/console/wall/wall.ts';
import { participant, request, room } from '../rooms.ts';

const compare = new Intl.Collator('vi', { numeric: true, sensitivity: 'base' }).compare;
const people = [
  participant('s2', { name: 'Xã 10' }),
  participant('s1', { name: 'Xã 2', sources: [{ source: 'camera' }, { source: 'screen' }] }),
  participant('guest', { name: 'An', role: 'guest' }),
  participant('chair', { name: 'Văn phòng', role: 'chair', gate: 'open', joinedAt: 5 }),
  participant('s3', { name: 'Chợ Đồn', presence: 'away', gate: 'open' }),
  participant('op', { name: 'Kỹ thuật', role: 'operator', sources: [] }),
  participant('mixer', { role: 'service', kind: 'composer' }),
];
const keys = (state = room(people)) => cardsOf(state, compare).map((card) => card.key);

describe('cardsOf', () => {
  it('shows content first, then the chair, sites by name, guests; neither operators without camera nor the engine', () => {
    expect(keys()).toEqual(['s1/screen', 'chair/camera', 's3/camera', 's1/camera', 's2/camera', 'guest/camera']);
  });
  it('shows an operator at the end for as long as his camera is on, and counts no site for it', () => {
    const seen = room(people.map((p) => (p.id === 'op' ? { ...p, sources: [{ source: 'camera' as const }] } : p)));
    expect(keys(seen)).toEqual([...keys(), 'op/camera']);
    expect(countCards(cardsOf(seen, compare)).all).toBe(countCards(cardsOf(room(people), compare)).all);
  });
  it('keeps the place of a site whatever happens to it', () => {
    const gone = people.map((p) => (p.id === 's1' ? { ...p, presence: 'left' as const, gate: 'open' as const } : p));
    expect(keys(room(gone, { speaker: 's2' }))).toEqual(keys().filter((key) => key !== 's1/screen'));
  });
  it('asks for no picture of someone who is away', () => {
    expect(cardsOf(room(people), compare).find((card) => card.key === 's3/camera')?.source).toBeNull();
  });
  it('marks who has a picture of his own, and nobody as on air while the meeting is held', () => {
    const card = (given: Parameters<typeof room>[1]) =>
      cardsOf(room(people, given), compare).find(({ key }) => key === 'chair/camera');
    expect(card({})).toMatchObject({ inProgram: true, ownPicture: false });
    expect(card({ own: { chair: { name: 'auto', slots: [] } } })?.ownPicture).toBe(true);
    expect(card({ hold: { kind: 'break', text: '', since: 0 } })?.inProgram).toBe(false);
  });
  it('shows many codecs by stills, and only codecs', () => {
    const codecs = (n: number) => Array.from({ length: n }, (_, i) => participant(`codec-${i}`, { kind: 'sip' }));
    const stills = (n: number) => cardsOf(room([...people, ...codecs(n)]), compare).filter((card) => card.still).length;
    expect(stills(6)).toBe(0);
    expect(stills(7)).toBe(7);
  });
  it('says where a card is shown and since when it asks to speak', () => {
    const asked = request('r', { participantId: 's2' });
    const state = room(people, {
      program: { name: '1', slots: [{ show: 'participant', participantId: 's2' }] },
      preview: { version: 1, layout: { name: '1', slots: [{ show: 'content' }] } },
      requests: [request('old', { participantId: 's1', status: 'declined' }), asked],
      speaker: 'chair',
    });
    const byKey = Object.fromEntries(cardsOf(state, compare).map((card) => [card.key, card]));
    expect(byKey['s2/camera']).toMatchObject({ inProgram: true, inPreview: false, request: asked });
    expect(byKey['s1/screen']).toMatchObject({ inProgram: false, inPreview: true, content: true });
    expect(byKey['s1/camera']).toMatchObject({ inPreview: false, request: null });
    expect(byKey['chair/camera']?.speaking).toBe(true);
  });
});

it('keeps the very cards that did not change', () => {
  const before = cardsOf(room(people), compare);
  const after = cardsOf(room(people.map((p) => (p.id === 's2' ? { ...p, muted: true } : p))), compare);
  const kept = keepUnchanged(before, after);
  expect(kept.filter((card, place) => card === before[place])).toHaveLength(before.length - 1);
  expect(kept.find((card) => card.key === 's2/camera')?.participant.muted).toBe(true);
});

describe('filterCards', () => {
  const cards = cardsOf(room(people, { requests: [request('r', { participantId: 's2' })] }), compare);
  const found = (...wanted: [Parameters<typeof filterCards>[1], string]) =>
    filterCards(cards, ...wanted).map((card) => card.key);
  it('finds without case and marks, đ included', () => {
    expect(found('all', ' cho don')).toEqual(['s3/camera']);
    expect(found('all', 'XÃ')).toEqual(['s1/screen', 's1/camera', 's2/camera']);
  });
  it('filters and counts', () => {
    expect(found('heard', '')).toEqual(['chair/camera', 's3/camera']);
    expect(found('waiting', '')).toEqual(['s2/camera']);
    expect(found('absent', '')).toEqual(['s3/camera']);
    expect(countCards(cards)).toEqual({ all: 5, heard: 2, waiting: 1, absent: 1 });
  });
});

it('names who is heard, the chair first', () => {
  expect(heardNow(room(people)).map(({ id }) => id)).toEqual(['chair', 's3']);
});

it('names the other operators who are there', () => {
  const more = [
    ...people,
    participant('op2', { role: 'operator' }),
    participant('op3', { role: 'operator', presence: 'left' }),
  ];
  expect(otherOperators(room(more), 'op').map(({ id }) => id)).toEqual(['op2']);
});
