/** Settings changed from the panel and the commands, with undo. */
import { METHOD_NAMES } from '../../domain/method-names';
import type { Settings } from '../../domain/settings';
import { plural } from '../../text/numbers';
import { t } from '../../text/translate';
import { own } from '../../util/own';
import type { Disposable } from '../disposables';
import { appliesTo, writeSetting, writtenValue } from './configuration';

type Values = Map<keyof Settings, unknown>;

interface Change {
  /** The stored values before the change, by setting; undefined if there was none. */
  before: Values;
  after: Values;
  text: string;
  /** ISO 8601. */
  at: string;
}

export class SettingHistory {
  private changes: Change[] = [];
  private undone: Change[] = [];
  private readonly listeners = new Set<() => void>();
  private writing: Promise<void> = Promise.resolve();

  /** The change that `undo` would take back; null if there is none. */
  get last(): { text: string; at: string } | null {
    return this.changes.at(-1) ?? null;
  }

  /** The change that `redo` would make again; null if there is none. */
  get lastUndone(): { text: string; at: string } | null {
    return this.undone.at(-1) ?? null;
  }

  /** Resolves when the changes so far are written; never rejects. */
  get written(): Promise<void> {
    return this.writing;
  }

  /** Calls the listener after every change and undo. */
  onDidChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /**
   * Changes settings together; one undo takes all of them back.
   * @param shown the values in effect, for the description of the change.
   */
  async change(values: Partial<Settings>, shown: Settings): Promise<void> {
    const keys = Object.keys(values) as (keyof Settings)[];
    const texts = keys.map((key) =>
      t('{0} from {1} to {2}', inWords(key), display(shown[key]), display(values[key])),
    );
    const change = {
      before: new Map(keys.map((key) => [key, writtenValue(key)])),
      after: new Map<keyof Settings, unknown>(keys.map((key) => [key, values[key]])),
      text: t('Changed {0}, {1}', texts.join(', '), appliesTo(keys)),
      at: new Date().toISOString(),
    };
    this.changes.push(change);
    this.undone = [];
    try {
      await this.write(keys.map((key) => [key, values[key]]));
    } catch (error) {
      this.changes = this.changes.filter((other) => other !== change);
      throw error;
    } finally {
      this.notify();
    }
  }

  async undo(): Promise<void> {
    const change = this.changes.pop();
    if (change === undefined) return;
    this.undone.push(change);
    this.notify();
    await this.write([...change.before]);
  }

  async redo(): Promise<void> {
    const change = this.undone.pop();
    if (change === undefined) return;
    this.changes.push(change);
    this.notify();
    await this.write([...change.after]);
  }

  private async write(entries: [keyof Settings, unknown][]) {
    const writing = this.writing.then(async () => {
      for (const [key, value] of entries) await writeSetting(key, value);
    });
    this.writing = writing.catch(() => undefined);
    await writing;
  }

  private notify() {
    for (const listener of this.listeners) listener();
  }
}

const inWords = (key: keyof Settings): string => {
  const words = own(WORDS, key);
  return words === undefined ? key : t(words);
};

/** Those that the panel and the commands change. */
const WORDS = {
  method: 'method',
  clusters: 'clusters',
  attributes: 'attributes',
  weights: 'weights',
  weightsFrom: 'weights from',
  features: 'features',
  thresholds: 'thresholds',
  copies: 'copies',
  preset: 'preset',
  linkage: 'linkage',
  metric: 'metric',
  threshold: 'threshold',
  branchingFactor: 'branching factor',
  affinity: 'affinity',
  gamma: 'gamma',
  neighbors: 'neighbors',
  assignLabels: 'assign labels',
  eps: 'eps',
  minSamples: 'min samples',
  xi: 'xi',
  minClusterSize: 'min cluster size',
  model: 'model',
} as const satisfies Partial<Record<keyof Settings, string>>;

function display(value: unknown): string {
  if (Array.isArray(value)) return plural(value.length, 'attribute');
  if (value === '') return t('the default');
  const method = typeof value === 'string' ? own(METHOD_NAMES, value) : undefined;
  if (method !== undefined) return t(method);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : t('custom');
}
