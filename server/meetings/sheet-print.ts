import type { Blob } from 'node:buffer';
import type Stream from 'node:stream';
import type { Feature } from 'write-excel-file/node';

/** Of a page across, in characters that are still read well when it is printed. */
const PAGE_WIDTH = 200;

/**
 * How sheets are printed (ECMA-376 part 1): on A4 across, on as many pages beside each other as the columns need (18.3.1.63, 18.3.1.65),
 * the frozen rows and columns again on each (18.2.6), with the page's number below (18.3.1.46).
 */
export const PRINTED: Feature<Stream | Buffer | Blob> = {
  files: {
    transform: {
      'xl/worksheets/sheet{id}.xml': { transform: (xml, { columns = [] }) => fitted(xml, columns) },
      'xl/workbook.xml': {
        transform: (xml, sheets) => {
          const names = sheets.map(titlesOf).join('');
          return names === '' ? xml : xml.replace('<definedNames/>', `<definedNames>${names}</definedNames>`);
        },
      },
    },
  },
};

function fitted(xml: string, columns: readonly { width?: number }[]): string {
  const width = columns.reduce((sum, column) => sum + (column.width ?? 0), 0);
  const across = Math.max(1, Math.ceil(width / PAGE_WIDTH));
  const setup = `<pageSetup paperSize="9" orientation="landscape" fitToWidth="${across}" fitToHeight="0"/>`;
  const footer = '<headerFooter><oddFooter>&amp;L&amp;A&amp;R&amp;P/&amp;N</oddFooter></headerFooter>';
  return xml
    .replace(/<worksheet[^>]*>/, '$&<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>')
    .replace(/<pageSetup[^>]*\/>/, setup + footer);
}

interface Frozen {
  sheet?: string;
  stickyRowsCount?: number;
  stickyColumnsCount?: number;
}

function titlesOf({ sheet = '', stickyRowsCount, stickyColumnsCount }: Frozen, place: number): string {
  const name = `'${sheet.replaceAll("'", "''")}'`;
  const parts = [
    ...(stickyColumnsCount ? [`${name}!$A:$${String.fromCharCode(64 + stickyColumnsCount)}`] : []),
    ...(stickyRowsCount ? [`${name}!$1:$${stickyRowsCount}`] : []),
  ];
  if (parts.length === 0) return '';
  return `<definedName name="_xlnm.Print_Titles" localSheetId="${place}">${escaped(parts.join(','))}</definedName>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
