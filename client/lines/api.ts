import type { ParticipantId, RoomId } from '../../server/protocol/ids.ts';
import {
  type LineChart,
  type LineTree,
  lineChartSchema,
  lineTreeSchema,
  type RoomCourse,
  roomCourseSchema,
} from '../../server/protocol/quality.ts';
import { callApi } from '../session/api.ts';

// What was measured of the lines. All of it throws `Refused`.

export interface LineQuery {
  participantId: ParticipantId;
  roomId?: RoomId | undefined;
  from: number;
  to: number;
}

function queryOf(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

export function readChart({ participantId, ...query }: LineQuery): Promise<LineChart> {
  const path = `/lines/${encodeURIComponent(participantId)}/chart${queryOf(query)}`;
  return callApi({ path, answer: lineChartSchema });
}

/** Where the same figures are fetched as a table. */
export function csvAddress({ participantId, ...query }: LineQuery): string {
  return `/api/lines/${encodeURIComponent(participantId)}/samples.csv${queryOf(query)}`;
}

export function readCourse(roomId: RoomId, between: { from?: number; to?: number } = {}): Promise<RoomCourse> {
  return callApi({ path: `/rooms/${encodeURIComponent(roomId)}/course${queryOf(between)}`, answer: roomCourseSchema });
}

/** @param at absent: as it is now */
export function readTree(roomId: RoomId, at?: number): Promise<LineTree> {
  return callApi({ path: `/rooms/${encodeURIComponent(roomId)}/line-tree${queryOf({ at })}`, answer: lineTreeSchema });
}
