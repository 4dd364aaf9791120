/** Where a number comes from. */
export type Sources =
  | { title: string; roomId: string; seqs: readonly number[] }
  | {
      title: string;
      meetings: readonly { roomId: string; title: string; openedAt: number; value?: string }[];
    };
