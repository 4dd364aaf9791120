/** A row of a menu: something to do, a heading, or a line between groups. */
export type MenuItem =
  | {
      label: string;
      onselect: () => void;
      /** Smaller, below the label: why it is disabled, or what it means. */
      note?: string | undefined;
      keys?: string | undefined;
      disabled?: boolean;
      checked?: boolean;
    }
  | { heading: string }
  | { separator: true };
