import { type DeskSettings, deskSettingsSchema } from '../../server/protocol/bookings.ts';

/** The settings of the desk as they are typed; lists one a line. */
export interface SettingsForm {
  office: string;
  counting: DeskSettings['counting'];
  language: DeskSettings['language'];
  announcementDays: string;
  carrierDays: string;
  warnHours: string;
  rehearsalMinutes: string;
  selfTest: 'on' | 'off';
  retestMinutes: string;
  /** `02/09` for every year, `17/02/2026` for one. */
  holidays: string;
  /** Their names. */
  desks: string;
  /** As they were: a desk keeps its id, whatever it is called. */
  knownDesks: DeskSettings['desks'];
  /** Of the section of programs: they stay as they are. */
  webhooks: DeskSettings['webhooks'];
}
export type SettingsField = keyof SettingsForm;

export function settingsFormOf(settings: DeskSettings): SettingsForm {
  const { office, counting, language, announcementDays, carrierDays, warnHours, rehearsalMinutes, retestMinutes } =
    settings;
  return {
    ...{ office, counting, language },
    announcementDays: String(announcementDays),
    carrierDays: String(carrierDays),
    warnHours: String(warnHours),
    rehearsalMinutes: String(rehearsalMinutes),
    selfTest: settings.selfTest ? 'on' : 'off',
    retestMinutes: String(retestMinutes),
    holidays: settings.holidays.map((day) => day.split('-').reverse().join('/')).join('\n'),
    desks: settings.desks.map(({ name }) => name).join('\n'),
    knownDesks: settings.desks,
    webhooks: settings.webhooks,
  };
}

/** What is sent, or the first field that would be refused. */
export function settingsOf(form: SettingsForm): DeskSettings | { wrong: SettingsField } {
  const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));
  const parsed = deskSettingsSchema.safeParse({
    office: form.office,
    counting: form.counting,
    language: form.language,
    announcementDays: number(form.announcementDays),
    carrierDays: number(form.carrierDays),
    warnHours: number(form.warnHours),
    rehearsalMinutes: number(form.rehearsalMinutes),
    selfTest: form.selfTest === 'on',
    retestMinutes: number(form.retestMinutes),
    holidays: linesOf(form.holidays).map(holidayOf),
    desks: desksOf(linesOf(form.desks), form.knownDesks),
    webhooks: form.webhooks,
  });
  if (parsed.success) return parsed.data;
  return { wrong: String(parsed.error.issues[0]?.path[0]) as SettingsField };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** A name that is new stands for the desk of its line where that one's name is gone; else the desk is a new one. */
function desksOf(names: readonly string[], known: DeskSettings['desks']): DeskSettings['desks'] {
  const kept = new Set(names);
  const ids = names.map((name, line) => {
    const same = known.find((desk) => desk.name === name);
    const before = known[line];
    return same?.deskId ?? (before && !kept.has(before.name) ? before.deskId : undefined);
  });
  const taken = new Set([...ids, ...known.map(({ deskId }) => deskId)]);
  const fresh = () => {
    let n = 1;
    while (taken.has(`desk-${n}`)) n += 1;
    taken.add(`desk-${n}`);
    return `desk-${n}`;
  };
  return names.map((name, line) => ({ deskId: ids[line] ?? fresh(), name }));
}

/** `2/9` → `09-02`. */
function holidayOf(text: string): string {
  const parts = text.split(/[/.-]/).map((part) => part.trim().padStart(2, '0'));
  return parts.reverse().join('-');
}
