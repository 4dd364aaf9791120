import { MOST_TECHNICIANS } from '../protocol/directory.ts';
import type { Site } from '../protocol/http.ts';

const PERSON_PARTS = ['name', 'unit', 'phone', 'email'] as const;
export type PersonPart = (typeof PERSON_PARTS)[number];

const FIXED = {
  siteId: { vi: 'Mã điểm cầu', en: 'Site id' },
  name: { vi: 'Tên điểm cầu', en: 'Site name' },
  unit: { vi: 'Đơn vị', en: 'Unit' },
  equipment: { vi: 'Thiết bị', en: 'Equipment' },
  address: { vi: 'Địa chỉ SIP', en: 'SIP address' },
  fallback: { vi: 'Địa chỉ dự phòng', en: 'Fallback address' },
  account: { vi: 'Tài khoản SIP', en: 'SIP account' },
  sources: { vi: 'Địa chỉ mạng', en: 'Network addresses' },
  certificate: { vi: 'Vân tay chứng thư', en: 'Certificate fingerprint' },
  encryption: { vi: 'Mã hóa', en: 'Encryption' },
  bridge: { vi: 'Cầu cấp trên', en: 'Upper bridge' },
  carrier: { vi: 'Đơn vị cung cấp đường truyền', en: 'Carrier' },
  downKbps: { vi: 'Tải xuống (kbit/s)', en: 'Down (kbit/s)' },
  upKbps: { vi: 'Tải lên (kbit/s)', en: 'Up (kbit/s)' },
  availability: { vi: 'Độ sẵn sàng (%)', en: 'Availability (%)' },
  loss: { vi: 'Mất gói (%)', en: 'Loss (%)' },
  jitterMs: { vi: 'Biến động trễ (ms)', en: 'Jitter (ms)' },
  roundTripMs: { vi: 'Trễ khứ hồi (ms)', en: 'Round trip (ms)' },
} as const;
const PERSON = {
  name: { vi: 'Cán bộ {n}', en: 'Technician {n}' },
  unit: { vi: 'Đơn vị cán bộ {n}', en: 'Unit of technician {n}' },
  phone: { vi: 'Điện thoại cán bộ {n}', en: 'Phone of technician {n}' },
  email: { vi: 'E-mail cán bộ {n}', en: 'E-mail of technician {n}' },
} as const;

const NUMBERS: ReadonlySet<string> = new Set<keyof typeof FIXED>([
  ...(['downKbps', 'upKbps', 'availability', 'loss', 'jitterMs', 'roundTripMs'] as const),
]);

export type FixedKey = keyof typeof FIXED;
export type ColumnKey = FixedKey | `person${number}.${PersonPart}`;
export type Language = 'vi' | 'en';
/** A site as the cells of its row. */
export type Cells = ReadonlyMap<ColumnKey, string>;

interface Column {
  key: ColumnKey;
  vi: string;
  en: string;
}

/** In the order in which they are written. */
export const COLUMNS: readonly Column[] = [
  ...(Object.keys(FIXED) as FixedKey[]).map((key) => ({ key, ...FIXED[key] })),
  ...Array.from({ length: MOST_TECHNICIANS }, (_, i) => i + 1).flatMap((n) =>
    PERSON_PARTS.map((part) => ({
      key: personKey(n, part),
      vi: PERSON[part].vi.replace('{n}', String(n)),
      en: PERSON[part].en.replace('{n}', String(n)),
    })),
  ),
];

/** Places of those that hold numbers: in a sheet they can be reckoned with. */
export const NUMBER_COLUMNS: readonly number[] = COLUMNS.flatMap(({ key }, place) => (NUMBERS.has(key) ? [place] : []));

/** @param n from 1 */
export function personKey(n: number, part: PersonPart): ColumnKey {
  return `person${n}.${part}`;
}

const BY_HEADING = new Map(COLUMNS.flatMap(({ key, vi, en }) => [key, vi, en].map((name) => [plain(name), key])));

/** Vietnamese or English, with or without marks, however it is spaced. */
export function columnOf(heading: string): ColumnKey | undefined {
  return BY_HEADING.get(plain(heading));
}

function plain(heading: string): string {
  const bare = heading.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd').toLowerCase();
  return bare.replace(/[^a-z0-9%/]+/g, '');
}

export const ENCRYPTION_WORDS = {
  required: { vi: 'Bắt buộc', en: 'Required' },
  preferred: { vi: 'Ưu tiên', en: 'Preferred' },
  off: { vi: 'Không', en: 'Off' },
} as const;
export const YES: Record<Language, string> = { vi: 'Có', en: 'Yes' };

/** A site as its row. Passwords are in no sheet (REG-14). */
export function cellsOf(site: Site, carrierName: (id: string) => string, language: Language): Map<ColumnKey, string> {
  const { sip, line } = site;
  const text = (value: string | number | undefined) => (value === undefined ? '' : String(value));
  const cells = new Map<ColumnKey, string>([
    ['siteId', site.siteId],
    ['name', site.name],
    ['unit', text(site.unit)],
    ['equipment', text(site.equipment)],
    ['address', text(sip?.address)],
    ['fallback', text(sip?.fallback)],
    ['account', text(sip?.account)],
    ['sources', (sip?.sources ?? []).join(' ')],
    ['certificate', text(sip?.certificate)],
    ['encryption', sip ? ENCRYPTION_WORDS[sip.encryption][language] : ''],
    ['bridge', sip?.bridge ? YES[language] : ''],
    ['carrier', line?.carrierId === undefined ? '' : carrierName(line.carrierId)],
    ['downKbps', text(line?.downKbps)],
    ['upKbps', text(line?.upKbps)],
    ['availability', text(line?.targets.availability)],
    ['loss', text(line?.targets.loss)],
    ['jitterMs', text(line?.targets.jitterMs)],
    ['roundTripMs', text(line?.targets.roundTripMs)],
  ]);
  for (let n = 1; n <= MOST_TECHNICIANS; n++) {
    const person = site.technicians?.[n - 1];
    for (const part of PERSON_PARTS) cells.set(personKey(n, part), text(person?.[part]));
  }
  return cells;
}
