/** Settings changed from the panel, and the way back. */
import type { Settings } from '../settings/settings';
import { writeSetting, writtenValue } from './configuration';

interface Change {
  key: keyof Settings;
  /** What was written before; undefined where nothing was. */
  before: unknown;
  text: string;
}

export class SettingHistory {
  private changes: Change[] = [];

  /** The last change, for people; null where there is none to take back. */
  get last(): string | null {
    return this.changes.at(-1)?.text ?? null;
  }

  /**
   * @param shown value that was in force, for people.
   */
  async change(key: keyof Settings, value: unknown, shown: unknown): Promise<void> {
    const change = { key, before: writtenValue(key), text: `Changed ${key} from ${display(shown)} to ${display(value)}` };
    this.changes.push(change);
    try {
      await writeSetting(key, value);
    } catch (error) {
      this.changes = this.changes.filter((other) => other !== change);
      throw error;
    }
  }

  async undo(): Promise<void> {
    const change = this.changes.pop();
    if (change !== undefined) await writeSetting(change.key, change.before);
  }
}

function display(value: unknown): string {
  if (Array.isArray(value)) return `${String(value.length)} attributes`;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'custom';
}
