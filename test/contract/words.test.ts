import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type AST, parse } from 'svelte/compiler';
import ts from 'typescript';
import { expect, test } from 'vitest';

// Nothing that people read stands outside the catalogues: objects with `vi` and `en`, of the same shape.

const root = fileURLToPath(new URL('../..', import.meta.url));
const filesOf = (pattern: string) => globSync(pattern, { cwd: root }).sort();
const textOf = (file: string) => readFileSync(`${root}/${file}`, 'utf8');

/** What both languages call by the same name, and units. */
const NAMES = new Set(['Rostrum', '· Rostrum', 'REC', 'U', 'ms']);
/** Attributes, and properties of our components, that people see or hear. */
const SHOWN =
  /^(?:title|alt|placeholder|label|text|hint|error|description|action|none|reading|heads|aria-(?:label|description|roledescription|valuetext|placeholder))$/;
const isRead = (text: string) => /\p{L}/u.test(text) && !NAMES.has(text.trim());

type Node = { type: string } & Record<string, unknown>;
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Every node below, with those that it stands in, the nearest last. */
function* walk(value: unknown, within: readonly Node[] = []): Generator<[Node, readonly Node[]]> {
  if (Array.isArray(value)) for (const each of value) yield* walk(each, within);
  if (!isNode(value)) return;
  yield [value, within];
  const below = [...within, value];
  for (const [key, part] of Object.entries(value)) if (key !== 'metadata') yield* walk(part, below);
}

/** What an expression may come to, where that is written out: `open ? 'Close' : 'Open'`. */
function* written(value: unknown): Generator<string> {
  if (!isNode(value)) return;
  if (value.type === 'Literal' && typeof value.value === 'string') yield value.value;
  if (value.type === 'TemplateElement' && isNode(value.value) === false) {
    const { cooked } = value.value as { cooked?: string };
    if (cooked) yield cooked;
  }
  if (value.type === 'TemplateLiteral') for (const each of value.quasis as unknown[]) yield* written(each);
  if (value.type === 'ConditionalExpression') yield* both(value.consequent, value.alternate);
  if (value.type === 'LogicalExpression') yield* both(value.left, value.right);
  if (value.type === 'ArrayExpression') for (const each of value.elements as unknown[]) yield* written(each);
}
function* both(one: unknown, other: unknown): Generator<string> {
  yield* written(one);
  yield* written(other);
}

/** What the page of a component says by itself. */
function saidBy(file: string, source: string): string[] {
  const { fragment }: { fragment: AST.Fragment } = parse(source, { filename: file, modern: true });
  const said: string[] = [];
  for (const [node, within] of walk(fragment)) {
    const attribute = within.findLast(({ type }) => type === 'Attribute');
    const isShown = attribute === undefined || SHOWN.test(String(attribute.name));
    const isStyle = within.some(({ type }) => /^(?:Class|Style|Bind|On|Attach)/.test(type));
    if (!isShown || isStyle) continue;
    if (node.type === 'Text') said.push(String(node.data));
    const holder = within.at(-1)?.type;
    const isPrinted =
      node.type === 'ExpressionTag' && (holder === 'Fragment' || attribute !== undefined || holder === 'Attribute');
    if (isPrinted) said.push(...written(node.expression));
  }
  return said.filter(isRead).map((text) => text.trim());
}

test('the pages say nothing by themselves: neither as text, nor by what is read aloud or shown on an element', () => {
  const pages = filesOf('client/**/*.svelte');
  expect(pages.length).toBeGreaterThan(100);
  const said = pages.flatMap((file) => saidBy(file, textOf(file)).map((text) => `${file}: ${text}`));
  expect(said).toEqual([]);
});

test('that would show', () => {
  const said = (source: string) => saidBy('probe.svelte', source);
  expect(said('<p>Đang tải</p>')).toEqual(['Đang tải']);
  expect(said('<button aria-label="Close">{words.close}</button>')).toEqual(['Close']);
  expect(said('<Button label={open ? "Close" : words.open} class="Primary" />')).toEqual(['Close']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a page's text
  expect(said('<p>{`${n} sites`}</p><Table heads={["Name", ""]} />')).toEqual(['sites', 'Name']);
  expect(said('<p class="Note" class:Over={true}>{words.text} · {n}%</p><input type="text" name="Name" />')).toEqual(
    [],
  );
});

/** Vietnamese is told by its letters; `đ` alone is a letter that is compared. */
const VIETNAMESE = /[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]/i;
/** Not said but given: what an office is called until it says so, a demonstration's own names, what people type. */
const GIVEN = new Set(['server/protocol/bookings.ts', 'server/protocol/demo.ts', 'server/meetings/site-cells.ts']);

/** Texts of a program with Vietnamese letters that no catalogue holds. */
function strayIn(file: string, source: string): string[] {
  const stray: string[] = [];
  const visit = (node: ts.Node, isInCatalogue: boolean) => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && !isInCatalogue && node.text.length > 1 && VIETNAMESE.test(node.text)) stray.push(node.text);
    const isNamed = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node);
    const isVi = isNamed && isOneOfBoth(node, parsed);
    ts.forEachChild(node, (child) => visit(child, isInCatalogue || isVi));
  };
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  visit(parsed, false);
  return stray;
}

/** With the other language beside it in the same object, or as a constant of the same file. */
function isOneOfBoth(
  { name: own, parent }: ts.PropertyAssignment | ts.VariableDeclaration,
  parsed: ts.SourceFile,
): boolean {
  const other = { vi: 'en', en: 'vi' }[own.getText(parsed)];
  const beside = ts.isObjectLiteralExpression(parent)
    ? parent.properties.map((each) => each.name)
    : parsed.statements.flatMap((each) =>
        ts.isVariableStatement(each) ? each.declarationList.declarations.map(({ name }) => name) : [],
      );
  return other !== undefined && beside.some((name) => name?.getText(parsed) === other);
}

test('programs speak Vietnamese only out of a catalogue that has the English beside it: notices, papers and sheets too', () => {
  const sources = filesOf('{server,client,gateway,infra}/**/*.{ts,mjs}').filter((file) => !GIVEN.has(file));
  const scripts = filesOf('client/**/*.svelte').map((file) => {
    const script = /<script[^>]*>([\s\S]*?)<\/script>/g;
    return { file, source: [...textOf(file).matchAll(script)].map(([, code]) => code).join('\n') };
  });
  const all = [...sources.map((file) => ({ file, source: textOf(file) })), ...scripts];
  const stray = all.flatMap(({ file, source }) => strayIn(file, source).map((text) => `${file}: ${text}`));
  expect(stray).toEqual([]);
});

test('that would show too', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a program's text
  const program = "send(isVi ? 'Các điểm cầu' : 'All sites'); pdf.text(`ngày ${day}`);";
  expect(strayIn('x.ts', program)).toEqual(['Các điểm cầu', 'ngày ']);
  expect(strayIn('x.ts', "const words = { vi: { sites: 'Điểm cầu' }, en: { sites: 'Sites' } }; // Điểm cầu")).toEqual(
    [],
  );
  expect(strayIn('x.ts', "const words = { vi: 'Điểm cầu' }; fold('đ')")).toEqual(['Điểm cầu']);
});
