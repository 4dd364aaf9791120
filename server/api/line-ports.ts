import type { Budget, Plan, ShortLines } from '../protocol/budget.ts';
import type { LineTest, LineTestWay } from '../protocol/line-tests.ts';
import type { StoredLink } from './ports.ts';

// What the HTTP interface needs of lines before a meeting.

interface BegunTest {
  test: LineTest;
  room: { roomId: string };
  participantId: string;
  upKbps: number;
}

/** Lines tried without a meeting (`server/lines/line-tests.ts`). */
export interface LineTestsPort {
  start(siteId: string, way: LineTestWay, by: string): Promise<BegunTest>;
  startByLink(link: StoredLink): Promise<BegunTest>;
  ofSite(siteId: string): Promise<LineTest[]>;
  latest(): Promise<LineTest[]>;
  find(testId: string): Promise<LineTest>;
  stop(testId: string): void;
}

/** Meetings before they begin (`server/lines/line-budget.ts`). */
export interface LineBudgetPort {
  of(plan: Plan): Promise<Budget>;
  ofBooked(between: { from: number; to: number }): Promise<ShortLines[]>;
}
