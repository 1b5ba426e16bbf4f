/** Shared settings changed from the data set's panel and the commands, with undo. */
import { changeText } from '../../domain/setting-texts';
import type { Settings } from '../../domain/settings';
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
    const change = {
      before: new Map(keys.map((key) => [key, writtenValue(key)])),
      after: new Map<keyof Settings, unknown>(keys.map((key) => [key, values[key]])),
      text: `${changeText(shown, values)}, ${appliesTo(keys)}`,
      at: new Date().toISOString(),
    };
    this.changes.push(change);
    this.undone = [];
    try {
      await this.write(values);
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
    await this.write(Object.fromEntries(change.before));
  }

  async redo(): Promise<void> {
    const change = this.undone.pop();
    if (change === undefined) return;
    this.changes.push(change);
    this.notify();
    await this.write(Object.fromEntries(change.after));
  }

  /** Writes settings without a step of this history. @param values undefined removes one. */
  async write(values: Partial<Record<keyof Settings, unknown>>): Promise<void> {
    const entries = Object.entries(values) as [keyof Settings, unknown][];
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
