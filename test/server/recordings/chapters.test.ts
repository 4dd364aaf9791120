import { expect, test } from 'vitest';
import { loggedEventSchema, type RoomEvent } from '../../../server/protocol/events.ts';
import { chaptersOf, sitesOf } from '../../../server/recordings/chapters.ts';
import { layOut } from '../../../server/recordings/timeline.ts';
import { fabricatePart } from './fabricate.ts';

const START = 1_767_574_800_000;
const join = (id: string, name: string, role = 'site', kind = 'sip') => ({
  type: 'participantJoined',
  participant: {
    ...{ id, role, kind, name, presence: 'present', joinedAt: 0, presenceSince: 0, sources: [], gate: 'closed' },
    muted: false,
  },
});
const screen = { participantId: 'na-ri', sent: { source: 'screen' } };
const layout = (participantId: string) => ({ name: '1', slots: [{ show: 'participant', participantId }] });
/** Seconds after the recording's start, and what happened. */
const story: [number, unknown][] = [
  [-60, join('ba-be', 'Ba Bể')],
  [-60, join('na-ri', 'Na Rì')],
  [-60, join('composer', 'composer', 'service', 'composer')],
  [-50, { type: 'programTaken', layout: layout('na-ri') }],
  [-40, { type: 'microphoneOpened', participantId: 'na-ri' }],
  [-30, { type: 'microphoneClosed', participantId: 'na-ri', reason: 'closed' }],
  [-20, { type: 'programTaken', layout: layout('ba-be') }],
  [-10, { type: 'microphoneOpened', participantId: 'ba-be' }],
  [0, { type: 'recordingStarted', recordingId: 'r1' }],
  [4, { type: 'microphoneClosed', participantId: 'ba-be', reason: 'revoked' }],
  [5, { type: 'sourceOpened', ...screen }],
  [6, { type: 'sourceOpened', participantId: 'composer', sent: { source: 'content' } }],
  [7, { type: 'participantRenamed', participantId: 'na-ri', name: 'Na Rì 2' }],
  [8, { type: 'holdBegan', hold: { kind: 'break', text: 'Giải lao', since: START } }],
  [9, { type: 'recordingWarned', recordingId: 'r1', warnings: ['silent'] }],
  [10, { type: 'recordingWarned', recordingId: 'another', warnings: [] }],
  [11, { type: 'holdEnded' }],
  [12, { type: 'participantLost', participantId: 'na-ri' }],
  [30, { type: 'participantLeft', participantId: 'na-ri', reason: 'graceExpired' }],
  [31, { type: 'ownPictureTaken', audience: 'codecs', layout: layout('ba-be') }],
  [200, { type: 'holdBegan', hold: { kind: 'before', text: '', since: START } }],
];
const events = story.map(([seconds, event], i) =>
  loggedEventSchema.parse({ seq: i + 1, at: START + seconds * 1000, by: 'system', event: event as RoomEvent }),
);
const placing = layOut([
  fabricatePart({ fragments: 10, startedAt: START }),
  fabricatePart({ fragments: 10, startedAt: START + 25_000, part: 2 }),
]);

test('chapters are what the log says, in the time of the recording', () => {
  expect(chaptersOf(events, placing, 'r1')).toEqual([
    { kind: 'floor', at: 0, to: 4_000, participantId: 'ba-be', name: 'Ba Bể' },
    { kind: 'layout', at: 0, layout: '1', names: ['Ba Bể'] },
    { kind: 'content', at: 5_000, to: 30_000, participantId: 'na-ri', name: 'Na Rì' },
    { kind: 'hold', at: 8_000, to: 11_000, hold: 'break', text: 'Giải lao' },
    { kind: 'warning', at: 9_000, warning: 'silent' },
    { kind: 'incident', at: 12_000, to: 30_000, participantId: 'na-ri', name: 'Na Rì 2' },
    { kind: 'gap', at: 20_000, to: 25_000 },
    { kind: 'ownPicture', at: 31_000, audience: 'codecs' },
  ]);
});

const line = (changes: object) => ({
  ...{ id: 'i1', participantIds: ['na-ri'], openedAt: START + 13_000 },
  ...changes,
});

test('REG-8: an incident is found in the recording at its time, where a site was lost as the same thing', () => {
  const both = { participantIds: ['ba-be', 'na-ri'], openedAt: START + 2_000 };
  const incidents: [number, unknown][] = [
    [6, { type: 'incidentOpened', incident: { ...line(both), id: 'i2', kind: 'sound' } }],
    [14, { type: 'incidentOpened', incident: line({}) }],
    [16, { type: 'incidentEnded', incident: { ...line(both), id: 'i2', kind: 'sound', endedAt: START + 16_000 } }],
    [30, { type: 'incidentEnded', incident: line({ endedAt: START + 30_000 }) }],
  ];
  const told = [...story, ...incidents].toSorted(([a], [b]) => a - b);
  const all = told.map(([seconds, event], i) =>
    loggedEventSchema.parse({ seq: i + 1, at: START + seconds * 1000, by: 'system', event: event as RoomEvent }),
  );
  expect(chaptersOf(all, placing, 'r1').filter(({ kind }) => kind === 'incident')).toEqual([
    {
      ...{ kind: 'incident', at: 2_000, to: 16_000, participantId: 'ba-be', name: 'Ba Bể', incidentId: 'i2' },
      ...{ failed: 'sound', others: ['Na Rì'] },
    },
    { kind: 'incident', at: 12_000, to: 30_000, participantId: 'na-ri', name: 'Na Rì 2', incidentId: 'i1' },
  ]);
});

test('the sites are those who sat there, by each name that they had', () => {
  expect(sitesOf(events)).toEqual(['Ba Bể', 'Na Rì', 'Na Rì 2']);
});

test('nothing is told of a recording of which nothing is there', () => {
  expect(chaptersOf(events, layOut([]), 'r1')).toEqual([]);
});
