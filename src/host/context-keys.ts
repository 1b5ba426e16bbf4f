/** Context keys for the `when` clauses of commands and menus in package.json. */
import * as vscode from 'vscode';
import { Disposables, listen } from './disposables';
import type { RunLibrary } from './runs/run-library';
import { undoSteps } from './panels/undo-steps';
import { SECTION } from './settings/configuration';
import type { SettingHistory } from './settings/setting-history';

type ContextKey =
  | 'hasRuns'
  | 'hasClusters'
  | 'hasFailures'
  | 'hasImagesWithoutFace'
  | 'isBusy'
  | 'canUndo'
  | 'canRedo'
  | 'hasCorrected';

export class ContextKeys implements vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly current = new Map<ContextKey, boolean>();

  constructor(
    private readonly library: RunLibrary,
    private readonly history: SettingHistory,
  ) {
    const update = () => {
      this.update();
    };
    this.disposables.add(listen(library, 'change', update));
    this.disposables.add(history.onDidChange(update));
    update();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private update() {
    const { all } = this.library;
    this.set('hasRuns', all.length > 0);
    this.set(
      'hasClusters',
      all.some(({ manifest }) => manifest !== null),
    );
    this.set(
      'hasFailures',
      all.some(({ manifest }) => (manifest?.failures.length ?? 0) > 0),
    );
    this.set(
      'hasImagesWithoutFace',
      all.some(({ manifest }) => (manifest?.faceless.length ?? 0) > 0),
    );
    this.set(
      'isBusy',
      all.some((session) => session.isBusy()),
    );
    this.set(
      'canUndo',
      this.history.last !== null ||
        all.some((session) => undoSteps(session, this.history).undo !== null),
    );
    this.set(
      'canRedo',
      this.history.lastUndone !== null ||
        all.some((session) => undoSteps(session, this.history).redo !== null),
    );
    this.set(
      'hasCorrected',
      all.some(({ clustering }) => (clustering?.corrections?.count ?? 0) > 0),
    );
  }

  private set(key: ContextKey, value: boolean) {
    if (this.current.get(key) === value) return;
    this.current.set(key, value);
    void vscode.commands.executeCommand('setContext', `${SECTION}.${key}`, value);
  }
}
