/** Reads a JSON of results to repeat it. It may come from anybody. */
import * as z from 'zod';
import { settingSchemas } from '../domain/settings';
import { excerpt } from '../text/excerpt';
import { messageOf, UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { readRegularFile } from '../util/read-regular-file';
import { concernsResult, optionName } from './arguments';
import { RESULT_KINDS, type ResultKind, SCHEMA_VERSION, schemaName } from './provenance';

/** Largest file in bytes; a thousand clusters of a thousand attributes take about 60 MB. */
const MAX_BYTES = 200e6;
/** Most arguments, and characters of one: a table of weights has thousands of names. */
const MAX_ARGUMENTS = 5000;
const MAX_ARGUMENT_LENGTH = 1e6;

/** The command that makes each kind. */
const COMMANDS: Record<ResultKind, string> = {
  clusters: 'cluster',
  comparison: 'compare',
  evaluation: 'evaluate',
  dataset: 'dataset',
};

/** Options beside those of settings. None writes, or replaces files. */
const OWN_OPTIONS = ['--vectors', '--labels', '--seeds', '--share', '--from', '--to', '--methods'];
const OTHER_OPTIONS = ['--split', '--degraded', '--drop', '--drop-zero'];

const LIMITS = [
  'maxImageFileSize',
  'maxImageMegapixels',
  'maxImageSeconds',
  'maxImageMemory',
] as const;

const OPTIONS: ReadonlySet<string> = new Set([
  ...Object.keys(settingSchemas).filter(concernsResult).map(optionName),
  ...OWN_OPTIONS,
  ...OTHER_OPTIONS,
]);

const EXPECTED = `expected results of this program (clusters.json, comparison.json, evaluation.json or dataset.json, version ${SCHEMA_VERSION}), got `;

export interface Repeatable {
  kind: ResultKind;
  /** Of the command line, without the folder that results are written to. */
  arguments: string[];
  /** The whole content. */
  json: Record<string, unknown>;
}

const repeatableSchema = z.looseObject({
  schema: z.enum(RESULT_KINDS.map(schemaName)),
  schemaVersion: z.literal(SCHEMA_VERSION),
  arguments: z.array(z.string().max(MAX_ARGUMENT_LENGTH)).min(1).max(MAX_ARGUMENTS),
});

/** @throws UserError where it cannot be read, or is not repeated for what it says. */
export async function readRepeatable(file: string, signal?: AbortSignal): Promise<Repeatable> {
  const json = await readJson(file, signal);
  const result = repeatableSchema.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw cannotRepeat(
      file,
      EXPECTED +
        (issue?.path.join('.') === ''
          ? 'another content'
          : `another '${issue?.path.map(String).join('.') ?? ''}'`),
    );
  }
  const { schema, arguments: args } = result.data;
  const kind = RESULT_KINDS.find((each) => schemaName(each) === schema)!;
  const problem = problemOf(kind, args);
  if (problem !== undefined) throw cannotRepeat(file, problem);
  return { kind, arguments: args, json: result.data };
}

async function readJson(file: string, signal: AbortSignal | undefined): Promise<unknown> {
  let text: string;
  try {
    text = (await readRegularFile(file, MAX_BYTES, signal)).toString();
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(`cannot read '${file}': ${fsReason(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw cannotRepeat(
      file,
      EXPECTED +
        (text.trimStart().startsWith('{') ? `damaged JSON (${messageOf(error)})` : 'no JSON'),
      error,
    );
  }
}

const cannotRepeat = (file: string, problem: string, cause?: unknown) =>
  new UserError(`cannot repeat '${file}': ${problem}`, { cause });

/** @returns why arguments are not used; undefined where they are. */
function problemOf(kind: ResultKind, [command, ...args]: readonly string[]): string | undefined {
  if (command !== COMMANDS[kind])
    return `expected the command '${COMMANDS[kind]}', got '${excerpt(command ?? '')}'`;
  const first = args.findIndex((each) => each.startsWith('-'));
  const options = first < 0 ? [] : args.slice(first);
  for (let i = 0; i < options.length; i += 2) {
    const [name, value] = [options[i]!, options[i + 1]];
    if (!OPTIONS.has(name)) return `its option '${excerpt(name)}' is none that is repeated`;
    if (value === undefined) return `its option '${name}' has no value`;
    const limit = LIMITS.find((each) => optionName(each) === name);
    if (limit !== undefined && !(Number(value) <= settingSchemas[limit].parse(undefined)))
      return `it raises '${name}' to ${excerpt(value)}, which bounds what a hostile image may cost: if you trust it, run its 'command' yourself`;
  }
  return undefined;
}
