import type { Recorded } from './recorded.ts';

/** Where a number comes from. */
export type Sources =
  | {
      title: string;
      roomId: string;
      seqs: readonly number[];
      /** In which an event may be watched, by whoever may. */
      recordings?: readonly Recorded[];
    }
  | {
      title: string;
      meetings: readonly { roomId: string; title: string; openedAt: number; value?: string }[];
    }
  | {
      title: string;
      /** Each with the address of its own report. */
      months: readonly { href: string; name: string; value: string }[];
    };
