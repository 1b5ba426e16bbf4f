/** What people read goes through `t`: a literal beside it fails here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { ROOT } from '../support/images';

/** Literals that are the same in all languages, with their reason. */
const ALLOWED: ReadonlySet<string> = new Set([
  'Face Clusters', // the name of the program
]);

/** Functions of src/host/outlets.ts whose texts people read. */
const SHOWING =
  /^(showInformation|showWarning|showError|ask|withProgress|showInStatusBar|pickOne|pickMany|askText)$/;
const TEXT_ATTRIBUTES =
  /\s(?:aria-(?:label|description|valuetext|roledescription)|title|placeholder|alt|text|label|data-label)="([^"]*)"/g;

const filesIn = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.css.ts'))
    .map((name) => join(folder, name));

const hasWords = (text: string) => /\p{L}{2}/u.test(text);

/** The words of a Lit template outside of its expressions: text nodes and attributes. */
function wordsOf(template: ts.TemplateLiteral): string[] {
  const pieces = ts.isNoSubstitutionTemplateLiteral(template)
    ? [template.text]
    : [template.head.text, ...template.templateSpans.map(({ literal }) => literal.text)];
  const html = pieces.join('\u0001').replaceAll(/<!--.*?-->/gs, '');
  const attributes = [...html.matchAll(TEXT_ATTRIBUTES)].map(([, text]) => text!);
  const texts = html.replaceAll(/<[^>]*>/g, '\n').split('\n');
  return [...attributes, ...texts]
    .flatMap((text) => text.split('\u0001'))
    .map((text) => text.trim())
    .filter((text) => hasWords(text) && !/&\w+;/.test(text));
}

function literalsOf(file: string, text = readFileSync(join(ROOT, file), 'utf8')): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isTaggedTemplateExpression(node) && /^(html|svg)$/.test(node.tag.getText()))
      found.push(...wordsOf(node.template));
    if (ts.isCallExpression(node) && SHOWING.test(node.expression.getText()))
      for (const argument of node.arguments) found.push(...sentenceOf(argument));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.filter((each) => !ALLOWED.has(each)).map((each) => `${file}: ${each}`);
}

/** A message that is a literal with several words. */
function sentenceOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node))
    return /\p{L}{2}.*\s.*\p{L}{2}/u.test(node.text) ? [node.text] : [];
  if (!ts.isTemplateExpression(node)) return [];
  const words = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  // The program's name before a message of its own is no sentence.
  const text = words.join(' ').replace(/^Face Clusters: /, '');
  return hasWords(text) ? [text] : [];
}

it('finds literals', () => {
  const source = [
    'html`<p title="A title" class="of no words">${t("x")} of ${y}</p>`;',
    "showError('It is not there');",
    'showError(`Face Clusters: ${message}`);',
    'showError(`Face Clusters: ${name} is gone`);',
  ].join('\n');
  expect(literalsOf('a.ts', source)).toEqual([
    'a.ts: A title',
    'a.ts: of',
    'a.ts: It is not there',
    'a.ts:   is gone',
  ]);
});

it('leaves no literal in templates and messages', () => {
  const files = [...filesIn('webview'), ...filesIn('src/host'), 'src/extension.ts'];
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => literalsOf(file))).toEqual([]);
});
