import { apiMeetingSchema, apiSiteSchema, ownTokenSchema } from '../../protocol/api.ts';
import { Refused } from '../../protocol/refusals.ts';
import type { ApiParts } from '../ports.ts';
import type { Handlers } from './handlers.ts';
import { pageOf, timeKey } from './pages.ts';

type ListOperations = 'readToken' | 'listSites' | 'importSites' | 'listMeetings' | 'listRecordings';

/** What programs read beside bookings, and the directory that they keep up to date (REG-15). */
export function answerLists(parts: ApiParts): Pick<Handlers, ListOperations> {
  const { directory, log, recorded, logger } = parts;
  return {
    readToken: async ({ program }) => ({ status: 200, body: ownTokenSchema.parse(program.token) }),
    listSites: async ({ query }) => {
      const { page, ...next } = pageOf(await directory.list(), ({ siteId }) => siteId, query);
      // How a codec is reached is nobody's business but the centre's.
      return { status: 200, body: { sites: page.map((site) => apiSiteSchema.parse(site)), ...next } };
    },
    importSites: async ({ program, query, file }) => {
      if (!file) throw new Refused('malformed', 'body');
      const how = { save: query.save === 'true', by: program.by };
      const report = await directory.importSheet(file, query.format, how);
      if (report.saved)
        logger.info({ username: program.by.username, rows: report.rows }, 'a sheet of sites was imported');
      return { status: 200, body: report };
    },
    listMeetings: async ({ query }) => {
      const { page, ...next } = pageOf(await log.rooms(), ({ openedAt, roomId }) => timeKey(openedAt, roomId), query);
      return { status: 200, body: { meetings: page.map((room) => apiMeetingSchema.parse(room)), ...next } };
    },
    listRecordings: async ({ program, query }) => {
      const all = await recorded.library.list({ as: 'auditor', username: program.by.username });
      const { page, ...next } = pageOf(all, ({ startedAt, recordingId }) => timeKey(startedAt, recordingId), query);
      return { status: 200, body: { recordings: page, ...next } };
    },
  };
}
