import type {
  ChangeRecording,
  NamedPerson,
  RecordingAccess,
  RecordingDetail,
} from '../../server/protocol/recording.ts';

/** How long a recording is kept, as a person chooses it. */
export type Keep = 'byRule' | 'until' | 'ever';

export interface SettingsForm {
  audience: RecordingAccess['audience'];
  /** Sites, by their ids. */
  sites: string[];
  /** User names as they are typed. */
  accounts: string;
  watermark: boolean;
  download: boolean;
  /** Null: as it is. */
  keep: Keep | null;
  /** `2026-11-30`. */
  keepUntil: string;
  held: boolean;
  note: string;
}

export function formOf({ access, recording, note }: RecordingDetail): SettingsForm {
  const people = access?.people ?? [];
  return {
    audience: access?.audience ?? 'operators',
    sites: people.flatMap((person) => ('participantId' in person ? [person.participantId] : [])),
    accounts: people.flatMap((person) => ('username' in person ? [person.username] : [])).join(', '),
    watermark: access?.watermark ?? false,
    download: access?.download ?? false,
    keep: null,
    keepUntil: recording.keepUntil === undefined ? '' : dayOf(recording.keepUntil),
    held: recording.held,
    note,
  };
}

const USERNAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export function accountsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

export function areAccounts(text: string): boolean {
  return accountsOf(text).every((name) => USERNAME.test(name));
}

/** The last moment of that day here; null where none is written. */
export function endOfDay(day: string): number | null {
  const at = /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T23:59:59.999`).getTime() : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

function dayOf(at: number): string {
  const day = new Date(at);
  const two = (figure: number) => String(figure).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** A name is written over the picture in the browser: a file would be without it. */
export function downloadOf({ watermark, download }: Pick<SettingsForm, 'watermark' | 'download'>): boolean {
  return download && !watermark;
}

/** What is sent: who is named only counts where people are named. */
export function changeOf(form: SettingsForm, before: SettingsForm): ChangeRecording {
  const people: NamedPerson[] = [
    ...form.sites.map((participantId) => ({ participantId })),
    ...accountsOf(form.accounts).map((username) => ({ username })),
  ];
  const { audience, watermark } = form;
  return {
    access: { audience, people: audience === 'named' ? people : [], watermark, download: downloadOf(form) },
    note: form.note.trim(),
    ...(form.held === before.held ? {} : { held: form.held }),
    ...keepOf(form),
  };
}

function keepOf({ keep, keepUntil }: SettingsForm): Pick<ChangeRecording, 'keepUntil'> {
  if (keep === null) return {};
  if (keep !== 'until') return { keepUntil: keep === 'ever' ? null : 'byRule' };
  const until = endOfDay(keepUntil);
  return until === null ? {} : { keepUntil: until };
}
