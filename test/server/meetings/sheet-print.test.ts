import { expect, test } from 'vitest';
import { PRINTED } from '../../../server/meetings/sheet-print.ts';

const { transform } = PRINTED.files ?? {};
const sheet = (columns: { width: number }[]) =>
  transform?.['xl/worksheets/sheet{id}.xml']?.transform?.(
    '<worksheet xmlns="x"><sheetData/><pageMargins/><pageSetup paperSize="9" orientation="landscape"/></worksheet>',
    { columns },
    { sheetIndex: 0, sheetId: '1' },
  );

test('a sheet is as wide as a page across; one of very many columns is as wide as some', () => {
  const narrow = sheet([{ width: 40 }, { width: 90 }]);
  expect(narrow).toMatch(/^<worksheet xmlns="x"><sheetPr><pageSetUpPr fitToPage="1"\/><\/sheetPr><sheetData\/>/);
  expect(narrow).toContain(
    '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/><headerFooter>',
  );
  expect(sheet(Array.from({ length: 30 }, () => ({ width: 18 })))).toContain('fitToWidth="3"');
});

test('what is frozen is printed on each page, and a name is no markup', () => {
  const named = transform?.['xl/workbook.xml']?.transform?.(
    '<workbook><sheets/><definedNames/><calcPr/></workbook>',
    [
      { sheet: 'Tổng hợp' },
      { sheet: "A&B's", stickyRowsCount: 1 },
      { sheet: 'C', stickyRowsCount: 1, stickyColumnsCount: 2 },
    ],
    {},
  );
  expect(named).toBe(
    '<workbook><sheets/><definedNames>' +
      `<definedName name="_xlnm.Print_Titles" localSheetId="1">'A&amp;B''s'!$1:$1</definedName>` +
      `<definedName name="_xlnm.Print_Titles" localSheetId="2">'C'!$A:$B,'C'!$1:$1</definedName>` +
      '</definedNames><calcPr/></workbook>',
  );
});
