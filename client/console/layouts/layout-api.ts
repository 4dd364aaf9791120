import { z } from 'zod';
import { type SavedLayout, type SaveLayout, savedLayoutSchema } from '../../../server/protocol/http.ts';
import { callApi } from '../../session/api.ts';

const listSchema = z.object({ layouts: z.array(savedLayoutSchema) });

/** The layouts of the house, by name. Every call here throws `Refused`. */
export async function listLayouts(): Promise<SavedLayout[]> {
  return (await callApi({ path: '/layouts', answer: listSchema })).layouts;
}

/** @param layoutId of the layout that is changed; without one a layout is added */
export function saveLayout(layout: SaveLayout, layoutId?: string): Promise<SavedLayout> {
  return layoutId === undefined
    ? callApi({ method: 'POST', path: '/layouts', body: layout, answer: savedLayoutSchema })
    : callApi({ method: 'PUT', path: pathOf(layoutId), body: layout, answer: savedLayoutSchema });
}

export async function removeLayout(layoutId: string): Promise<void> {
  await callApi({ method: 'DELETE', path: pathOf(layoutId), answer: z.unknown() });
}

function pathOf(layoutId: string): string {
  return `/layouts/${encodeURIComponent(layoutId)}`;
}
