import type { RoomId } from '../../server/protocol/ids.ts';
import type { RoomCourse } from '../../server/protocol/quality.ts';
import { readCourse } from './api.ts';

/** How the lines went while something was recorded, by the recording's own time. */
export class RecordedLines {
  lines = $state.raw<RoomCourse['lines']>([]);

  /**
   * Never rejects: who may not see it, and where none was kept, has the recording all the same.
   * @param since the recording's beginning, milliseconds since 1970
   */
  async read(roomId: RoomId, since: number, lengthMs: number): Promise<void> {
    try {
      const { lines } = await readCourse(roomId, { from: since, to: since + lengthMs });
      this.lines = shifted(lines, since);
    } catch {
      this.lines = [];
    }
  }
}

function shifted(lines: RoomCourse['lines'], since: number): RoomCourse['lines'] {
  return lines.map((line) => ({
    ...line,
    stretches: line.stretches.map(({ from, to, ...rest }) => ({ from: from - since, to: to - since, ...rest })),
  }));
}
