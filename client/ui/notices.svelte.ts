export interface Notice {
  id: number;
  tone: 'plain' | 'attention';
  text: string;
  /** Stable code, in small print: what a person reads out on the telephone. */
  code?: string | undefined;
  action?: { label: string; onselect: () => void } | undefined;
}

const STAYS_MS = 8000;
const AT_MOST = 4;

const notices = $state<Notice[]>([]);
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let last = 0;

export function shownNotices(): readonly Notice[] {
  return notices;
}

export function dismissNotice(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  const place = notices.findIndex((notice) => notice.id === id);
  if (place >= 0) notices.splice(place, 1);
}

/** Keeps a notice while somebody points at it or stands in it. Returns the way back. */
export function holdNotice(id: number): () => void {
  clearTimeout(timers.get(id));
  return () => {
    timers.set(
      id,
      setTimeout(() => dismissNotice(id), STAYS_MS),
    );
  };
}

/** Tells the user something that he did not ask for at this moment. The same text twice is one notice. */
export function notify(notice: Omit<Notice, 'id' | 'tone'> & { tone?: Notice['tone'] }): void {
  for (const same of notices.filter((shown) => shown.text === notice.text)) dismissNotice(same.id);
  const oldest = notices[0];
  if (oldest && notices.length >= AT_MOST) dismissNotice(oldest.id);
  last += 1;
  const id = last;
  notices.push({ tone: 'plain', ...notice, id });
  holdNotice(id)();
}
