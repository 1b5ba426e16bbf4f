/** Settings changed from the panel, and the way back. */
import type { Settings } from '../../domain/settings';
import { writeSetting, writtenValue } from './configuration';

interface Change {
  /** What was written before, by setting; undefined where nothing was. */
  before: Map<keyof Settings, unknown>;
  text: string;
}

export class SettingHistory {
  private changes: Change[] = [];

  /** The last change, for people; null where there is none to take back. */
  get last(): string | null {
    return this.changes.at(-1)?.text ?? null;
  }

  /**
   * Changes settings that belong together; they are taken back together.
   * @param shown the values in force, for people.
   */
  async change(values: Partial<Settings>, shown: Settings): Promise<void> {
    const keys = Object.keys(values) as (keyof Settings)[];
    const texts = keys.map(
      (key) => `${key} from ${display(shown[key])} to ${display(values[key])}`,
    );
    const change = {
      before: new Map(keys.map((key) => [key, writtenValue(key)])),
      text: `Changed ${texts.join(', ')}`,
    };
    this.changes.push(change);
    try {
      for (const key of keys) await writeSetting(key, values[key]);
    } catch (error) {
      this.changes = this.changes.filter((other) => other !== change);
      throw error;
    }
  }

  async undo(): Promise<void> {
    const change = this.changes.pop();
    for (const [key, value] of change?.before ?? []) await writeSetting(key, value);
  }
}

function display(value: unknown): string {
  if (Array.isArray(value)) return `${String(value.length)} attributes`;
  if (value === '') return 'the default';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'custom';
}
