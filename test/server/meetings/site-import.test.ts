import { describe, expect, test } from 'vitest';
import { exportSites, planImport } from '../../../server/meetings/site-import.ts';
import type { Organisation } from '../../../server/protocol/directory.ts';
import { type Site, siteSchema } from '../../../server/protocol/http.ts';

const VNPT: Organisation = { organisationId: 'vnpt', kind: 'carrier', name: 'VNPT', contacts: [] };
const BA_BE: Site = siteSchema.parse({
  siteId: 'ba-be',
  name: 'Xã Ba Bể',
  unit: 'UBND xã Ba Bể',
  equipment: 'Polycom HDX 7000, 2 micro',
  sip: { address: 'sip:babe@10.0.0.5', account: 'babe', sources: ['10.1.0.0/16'], hasPassword: true },
  line: {
    ...{ carrierId: 'vnpt', downKbps: 10_000, upKbps: 4_000 },
    targets: { availability: 99.5, loss: 0.1, jitterMs: 30, roundTripMs: 80 },
  },
  technicians: [
    { name: 'Nông Thị Đào', unit: 'Văn phòng', phone: '0912 345 678', email: 'dao@babe.gov.vn' },
    { name: 'Hoàng Văn Ất', phone: '0209 3871 234' },
  ],
});
const NA_RI: Site = siteSchema.parse({ siteId: 'na-ri', name: 'Xã Na Rì' });
const plan = (rows: string[][], sites: Site[] = [BA_BE, NA_RI]) => planImport(rows, { sites, carriers: [VNPT] });

describe('REG-15 REG-17: a sheet of sites', () => {
  test.each(['vi', 'en'] as const)('that was exported in %s changes nothing', (language) => {
    const rows = exportSites([BA_BE, NA_RI], [VNPT], language);
    expect(plan(rows)).toEqual({ rows: 2, sites: [], unchanged: 2, newCarriers: [], faults: [] });
  });

  test('exported and read into an empty directory is the same directory', () => {
    const read = plan(exportSites([BA_BE, NA_RI], [VNPT], 'vi'), []);
    expect(read.faults).toEqual([]);
    const { hasPassword: _none, ...sip } = BA_BE.sip ?? { hasPassword: false };
    expect(read.sites.map(({ saved }) => saved)).toEqual([{ ...BA_BE, sip }, NA_RI]);
  });

  test('finds its headings with or without marks, in both languages, below a title', () => {
    const rows = [
      ['DANH SÁCH ĐIỂM CẦU'],
      [],
      ['ten diem cau', 'SIP ADDRESS', 'can bo 1'],
      ['Xã Pác Nặm', '10.0.0.9', 'Lý A Sử'],
    ];
    const [site] = plan(rows).sites;
    expect(site?.saved).toMatchObject({
      name: 'Xã Pác Nặm',
      sip: { address: '10.0.0.9' },
      technicians: [{ name: 'Lý A Sử' }],
    });
    expect(site?.siteId).toBeUndefined();
  });

  test('leaves columns that it does not have, empties where a cell is empty, names what it changes', () => {
    const rows = [
      ['Tên điểm cầu', 'Thiết bị', 'Mất gói (%)'],
      ['xã  BA BỂ', '', '0,2'],
    ];
    const [site] = plan(rows).sites;
    expect(site?.siteId).toBe('ba-be');
    expect(site?.columns).toEqual(['Tên điểm cầu', 'Thiết bị', 'Mất gói (%)']);
    expect(site?.saved.equipment).toBeUndefined();
    expect(site?.saved.line?.targets).toMatchObject({ availability: 99.5, loss: 0.2 });
    expect(site?.saved.technicians).toEqual(BA_BE.technicians);
  });

  test('brings carriers that are new, once, however they are written', () => {
    const rows = [
      ['Tên điểm cầu', 'Đơn vị cung cấp đường truyền'],
      ['A', 'Viettel Bắc Kạn'],
      ['B', 'VIETTEL  bắc kạn'],
      ['C', 'vnpt'],
    ];
    const read = plan(rows);
    expect(read.newCarriers).toEqual([{ organisationId: 'viettel-bac-kan', name: 'Viettel Bắc Kạn' }]);
    expect(read.sites.map(({ saved }) => saved.line?.carrierId)).toEqual([
      'viettel-bac-kan',
      'viettel-bac-kan',
      'vnpt',
    ]);
  });

  test('gives a telephone its zero back', () => {
    const rows = [
      ['Tên điểm cầu', 'Cán bộ 1', 'Điện thoại cán bộ 1'],
      ['A', 'Lan', '912345678'],
    ];
    expect(plan(rows).sites[0]?.saved.technicians).toEqual([{ name: 'Lan', phone: '0912345678' }]);
  });

  test('names every faulty cell by its row and column', () => {
    const heading = [
      'Tên điểm cầu',
      'Địa chỉ SIP',
      'Tài khoản SIP',
      'Địa chỉ mạng',
      'Mã hóa',
      'Tải lên (kbit/s)',
      'Cán bộ 1',
    ];
    const more = ['Điện thoại cán bộ 1', 'E-mail cán bộ 1', 'Ghi chú'];
    const rows = [
      [...heading, ...more],
      ['', 'không phải địa chỉ', 'Có dấu', '10.0.0.999', 'mạnh', 'nhiều', '', 'gọi sau', 'lan@'],
      ['Xã A', '', 'babe', '', '', '0', '', '0912345678', ''],
      ['Xã A', '', '', '', '', '', '', '', ''],
    ];
    const faults = plan(rows).faults.map(({ row, column, fault }) => `${row} ${column}: ${fault}`);
    expect(faults).toEqual([
      '1 Ghi chú: unknownColumn',
      '2 Tên điểm cầu: required',
      '2 Địa chỉ SIP: badAddress',
      '2 Tài khoản SIP: badAccount',
      '2 Địa chỉ mạng: badNetwork',
      '2 Mã hóa: badEncryption',
      '2 Tải lên (kbit/s): badNumber',
      '2 Điện thoại cán bộ 1: badPhone',
      '2 E-mail cán bộ 1: badEmail',
      '3 Tải lên (kbit/s): badNumber',
      '3 Cán bộ 1: contactWithoutName',
      '3 Tài khoản SIP: accountTwice',
      '4 Tên điểm cầu: siteTwice',
    ]);
  });

  test('may move an account from one site to another', () => {
    const rows = [
      ['Mã điểm cầu', 'Tên điểm cầu', 'Tài khoản SIP'],
      ['na-ri', 'Xã Na Rì', 'babe'],
      ['ba-be', 'Xã Ba Bể', ''],
    ];
    expect(plan(rows).faults).toEqual([]);
  });

  test('names a site twice where two rows may mean one, and takes two of one name that have an id each', () => {
    const heading = ['Tên điểm cầu', 'Mã điểm cầu'];
    const faultsOf = (...rows: string[][]) =>
      plan([heading, ...rows]).faults.map(({ row, fault }) => `${row} ${fault}`);
    expect(faultsOf(['Tân Sơn', 'tan-son-1'], ['Tân Sơn', 'tan-son-2'])).toEqual([]);
    expect(faultsOf(['Tân Sơn', 'tan-son-1'], ['Tân Sơn', ''])).toEqual(['3 siteTwice']);
    expect(faultsOf(['Tân Sơn', ''], ['tân  sơn', 'tan-son-2'])).toEqual(['3 siteTwice']);
    expect(faultsOf(['Tân Sơn', 'tan-son'], ['Khác', 'TAN-SON'])).toEqual(['3 siteTwice']);
  });

  test('of too many rows is refused by their number, and of the most it is planned at once', () => {
    const rows = (count: number) => [
      ['Tên điểm cầu', 'Đơn vị cung cấp đường truyền'],
      ...Array.from({ length: count }, (_, i) => [`Xã số ${i}`, `Nhà mạng ${i}`]),
    ];
    const { faults, sites } = plan(rows(20_000));
    expect({ faults, sites }).toEqual({
      faults: [{ row: 0, column: '', fault: 'tooManyRows', given: '20000', detail: '2000' }],
      sites: [],
    });
    const known = Array.from({ length: 2_000 }, (_, i) => siteSchema.parse({ siteId: `xa-${i}`, name: `Xã số ${i}` }));
    const begun = performance.now();
    expect(plan(rows(2_000), known).newCarriers).toHaveLength(2_000);
    // It took ten, in which nobody was heard; now less than half of one.
    expect(performance.now() - begun).toBeLessThan(6_000);
  });

  test('without a heading is refused whole', () => {
    expect(
      plan([
        ['a', 'b'],
        ['c', 'd'],
      ]).faults,
    ).toMatchObject([{ row: 0, fault: 'noHeader' }]);
  });
});
