import { z } from 'zod';
import {
  type AmendIncident,
  type ListedIncident,
  listedIncidentSchema,
  type NoteTold,
} from '../../server/protocol/incidents.ts';
import { callApi } from '../session/api.ts';

const listSchema = z.object({ incidents: z.array(listedIncidentSchema) });
const pathOf = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}/incidents`;

export async function listIncidents(roomId: string): Promise<ListedIncident[]> {
  return (await callApi({ path: pathOf(roomId), answer: listSchema })).incidents;
}

export async function amendIncident(roomId: string, id: string, known: AmendIncident): Promise<ListedIncident[]> {
  const path = `${pathOf(roomId)}/${encodeURIComponent(id)}`;
  return (await callApi({ method: 'POST', path, body: known, answer: listSchema })).incidents;
}

export async function noteTold(roomId: string, id: string, told: NoteTold): Promise<ListedIncident[]> {
  const path = `${pathOf(roomId)}/${encodeURIComponent(id)}/told`;
  return (await callApi({ method: 'POST', path, body: told, answer: listSchema })).incidents;
}
