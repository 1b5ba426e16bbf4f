/** The texts of the sources that can be translated: arguments of `t`, `plural` and their kind. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { CELEBA_ATTRIBUTES, plainAttribute } from '../../src/domain/attributes';
import { ROOT } from './images';

export interface Message {
  text: string;
  /** File and line. */
  place: string;
}

/** Functions whose first arguments are messages, by the number of these arguments. */
const TRANSLATING: Readonly<Record<string, number>> = { t: 1, plural: 2 };
const DECLARED_IN = /src\/text\/(translate|numbers)\.ts$/;

/** All sources, with the options of the webview, which knows the browser and Node.js. */
function programOfSources(): ts.Program {
  const file = join(ROOT, 'webview', 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (name) => readFileSync(name, 'utf8')) as {
    config: object;
  };
  const include = ['.', '../src'];
  const { fileNames, options } = ts.parseJsonConfigFileContent(
    { ...config, include },
    ts.sys,
    dirname(file),
  );
  return ts.createProgram(fileNames, options);
}

/**
 * @returns the messages of all sources, those of each place; and calls whose argument is not one
 * of some literals, which nobody could translate.
 */
export function messagesOfSources(): { messages: Message[]; unknown: string[] } {
  const messages = new Map<string, Message>();
  const unknown = new Set<string>();
  const program = programOfSources();
  const checker = program.getTypeChecker();
  for (const source of program.getSourceFiles()) {
    const name = relative(ROOT, source.fileName);
    if (!/^(src|webview)\//.test(name) || DECLARED_IN.test(name)) continue;
    const placeOf = (node: ts.Node) =>
      `${name}:${String(source.getLineAndCharacterOfPosition(node.getStart()).line + 1)}`;
    const visit = (node: ts.Node) => {
      if (ts.isCallExpression(node)) {
        const found = messagesOf(node, checker);
        for (const text of found ?? [])
          messages.set(`${placeOf(node)} ${text}`, { text, place: placeOf(node) });
        if (found?.length === 0) unknown.add(`${placeOf(node)} ${node.getText()}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  const names = CELEBA_ATTRIBUTES.map((name) => ({
    text: plainAttribute(name),
    place: 'src/domain/attributes.ts',
  }));
  return { messages: [...messages.values(), ...names], unknown: [...unknown] };
}

/** @returns undefined for a call that translates nothing; empty for one that is not understood. */
function messagesOf(call: ts.CallExpression, checker: ts.TypeChecker): string[] | undefined {
  if (!ts.isIdentifier(call.expression)) return undefined;
  const counted = TRANSLATING[call.expression.text];
  if (counted === undefined || !isOfText(call.expression, checker)) return undefined;
  const isPlural = call.expression.text === 'plural';
  const args = isPlural ? call.arguments.slice(1, 1 + counted) : call.arguments.slice(0, counted);
  const texts = args.map((arg) => literalsOf(arg, checker));
  if (texts.length === 0 || texts.some((each) => each.length === 0)) return [];
  // `plural(3, 'face')` says `faces`, too.
  if (isPlural && texts.length === 1) texts.push(texts[0]!.map((noun) => `${noun}s`));
  return texts.flat();
}

const isOfText = (name: ts.Identifier, checker: ts.TypeChecker): boolean => {
  let symbol = checker.getSymbolAtLocation(name);
  if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0)
    symbol = checker.getAliasedSymbol(symbol);
  return (
    symbol?.declarations?.some((each) => DECLARED_IN.test(each.getSourceFile().fileName)) === true
  );
};

/** The literals that an expression may be; empty where it may be any text. */
function literalsOf(node: ts.Expression, checker: ts.TypeChecker): string[] {
  if (ts.isParenthesizedExpression(node)) return literalsOf(node.expression, checker);
  if (ts.isConditionalExpression(node)) {
    const both = [node.whenTrue, node.whenFalse].map((each) => literalsOf(each, checker));
    return both.some((each) => each.length === 0) ? [] : both.flat();
  }
  if (ts.isStringLiteralLike(node)) return [node.text];
  const type = checker.getTypeAtLocation(node);
  const types = type.isUnion() ? type.types : [type];
  return types.every((each) => each.isStringLiteral()) ? types.map(({ value }) => value) : [];
}
