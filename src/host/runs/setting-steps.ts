/** The own settings of a run, with undo. Does not depend on VS Code. */
import {
  MOST_STEPS,
  type OwnSettings,
  type SettingStep,
  type SomeSettings,
} from '../../domain/own-settings';
import type { ReadOwnSettings } from '../../runs/own-settings-file';
import { createMutex } from '../../util/mutex';

interface Store {
  read: () => Promise<ReadOwnSettings>;
  /** @param keepsDamaged whether something of what was read is ignored, and must not be lost. */
  keep: (own: OwnSettings, keepsDamaged: boolean) => Promise<void>;
}

type NewStep = Omit<SettingStep, 'at' | 'before'>;

/** The last step of one list goes to the other; its values of that side are in effect then. */
interface Taking {
  from: 'done' | 'undone';
  to: 'done' | 'undone';
  side: 'before' | 'after';
}

export class SettingSteps {
  /** What of the stored settings is ignored, and why. */
  problems: string[] = [];
  private own: OwnSettings = { values: {}, done: [], undone: [] };
  private loading: Promise<void> | undefined;
  /** Whether they are this object's alone; otherwise another window may change what is stored. */
  private isAlone = false;
  private readonly inTurn = createMutex();

  constructor(private readonly store: Store) {}

  get values(): SomeSettings {
    return this.own.values;
  }

  /** The step that `undo` would take back; null if there is none. */
  get last(): SettingStep | null {
    return this.own.done.at(-1) ?? null;
  }

  /** The step that `redo` would make again; null if there is none. */
  get lastUndone(): SettingStep | null {
    return this.own.undone.at(-1) ?? null;
  }

  /** Reads what is stored, once. */
  load(): Promise<void> {
    this.loading ??= this.inTurn(() => this.read());
    return this.loading;
  }

  private async read(): Promise<void> {
    const { problems, ...own } = await this.store.read();
    this.own = own;
    this.problems = problems;
  }

  /** Starts with values that no step led to. */
  begin(values: SomeSettings): void {
    this.own = { values, done: [], undone: [] };
    this.isAlone = true;
    this.loading = Promise.resolve();
  }

  /**
   * Makes a step.
   * @param next the step from the values before; undefined if nothing would change.
   * @throws an error of the file system: then nothing has changed.
   */
  async add(next: (values: SomeSettings) => NewStep | undefined): Promise<void> {
    await this.onStored(async () => {
      const { values, done } = this.own;
      const step = next(values);
      if (step === undefined) return;
      const made = { before: values, at: new Date().toISOString(), ...step };
      await this.keep({
        values: step.after,
        done: [...done, made].slice(-MOST_STEPS),
        undone: [],
      });
    });
  }

  /** Takes the last step back. @returns it; undefined if there is none. */
  undo(): Promise<SettingStep | undefined> {
    return this.take({ from: 'done', to: 'undone', side: 'before' });
  }

  /** Makes the step again that was taken back last. @returns it; undefined if there is none. */
  redo(): Promise<SettingStep | undefined> {
    return this.take({ from: 'undone', to: 'done', side: 'after' });
  }

  private take({ from, to, side }: Taking): Promise<SettingStep | undefined> {
    return this.onStored(async () => {
      const { [from]: steps, [to]: others } = this.own;
      const step = steps.at(-1);
      if (step === undefined) return undefined;
      await this.keep({
        ...this.own,
        values: step[side],
        [from]: steps.slice(0, -1),
        [to]: [...others, step],
      });
      return step;
    });
  }

  /** Works on what is stored now. */
  private onStored<T>(work: () => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      if (!this.isAlone) await this.read();
      return work();
    });
  }

  private async keep(own: OwnSettings): Promise<void> {
    await this.store.keep(own, this.problems.length > 0);
    this.own = own;
    this.problems = []; // what was damaged has been put aside
  }
}
