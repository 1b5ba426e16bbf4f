/** What every JSON of results says of how it was made. */
import { PROGRAM } from '../domain/program';
import type { DetectionDecision, RunManifest } from '../domain/run';
import { commandLine } from './arguments';

/** Kinds of results; each has a JSON Schema in schemas/. */
export const RESULT_KINDS = ['clusters', 'comparison', 'evaluation', 'dataset'] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

/** Of all kinds. Raised when a field changes its meaning or goes; further fields may come. */
export const SCHEMA_VERSION = 1 as const;

export const schemaName = <Kind extends ResultKind>(kind: Kind) => `face-clusters/${kind}` as const;

export interface Provenance<Kind extends ResultKind = ResultKind> {
  schema: `face-clusters/${Kind}`;
  schemaVersion: typeof SCHEMA_VERSION;
  program: { name: string; version: string };
  /** ISO 8601, in UTC. */
  createdAt: string;
  /** `arguments` as a line for a POSIX shell. */
  command: string;
  /** Of the command line, without the folder that results are written to. */
  arguments: string[];
  /** Path of the network; null where none was used. */
  model: string | null;
  /** SHA-256 of its file; null also where an older version analyzed the images. */
  modelSha256: string | null;
  /** Null where no image was read. */
  detection: DetectionDecision | null;
  /** All settings, by their names. */
  parameters: Record<string, unknown>;
  seed: number;
  /** The split or partition of the labels that was used; null for all. */
  split: string | null;
}

/** What a kind of results adds. */
export interface Origin<Kind extends ResultKind> extends Partial<
  Pick<Provenance, 'model' | 'modelSha256' | 'detection' | 'split'>
> {
  kind: Kind;
  arguments: string[];
  parameters: Record<string, unknown>;
  seed: number;
}

export function provenanceOf<Kind extends ResultKind>(origin: Origin<Kind>): Provenance<Kind> {
  const { name, version } = PROGRAM;
  return {
    schema: schemaName(origin.kind),
    schemaVersion: SCHEMA_VERSION,
    program: { name, version },
    createdAt: new Date().toISOString(),
    command: commandLine(origin.arguments),
    arguments: origin.arguments,
    model: origin.model ?? null,
    modelSha256: origin.modelSha256 ?? null,
    detection: origin.detection ?? null,
    parameters: origin.parameters,
    seed: origin.seed,
    split: origin.split ?? null,
  };
}

/** The network and the search for faces of a run. */
export const originOfRun = ({ model, modelSha256, detection }: RunManifest) => ({
  model,
  modelSha256: modelSha256 ?? null,
  detection,
});
