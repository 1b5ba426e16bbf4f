/** The panel that explores a data set of labelled faces. */
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { attributeWeights } from '../../domain/attribute-weights';
import type { DatasetChoice, DatasetSummary, SuspectedLabelErrors } from '../../domain/dataset';
import type { BundledModels } from '../../domain/networks';
import { analysisSettings } from '../../domain/settings';
import type { CallOptions, EngineClient } from '../../engine/client';
import {
  type DatasetHostMessage,
  type DatasetMemento,
  type DatasetMessage,
  datasetMementoSchema,
  datasetMessageSchema,
  type DatasetState,
} from '../../protocol/dataset-panel';
import { forName } from '../../text/neutralize';
import { CancelledError, messageOf } from '../../util/errors';
import { type Log, setPanelTitle, showError, showInformation } from '../outlets';
import { readSettings } from '../settings/configuration';
import type { SettingHistory } from '../settings/setting-history';
import { isTrusted, manageTrust } from '../trust';
import { panelHtml } from './panel-html';
import { plainBytes } from './plain-bytes';

export const DATASET_VIEW_TYPE = 'faceClusters.dataset';

/** Samples drawn at a time, and contradictions shown. */
const SAMPLES = 24;
const MOST_CONTRADICTIONS = 200;

export interface DatasetPanelContext {
  extensionUri: vscode.Uri;
  engine: EngineClient;
  bundled: BundledModels;
  storeDir: string;
  history: SettingHistory;
  log: Log;
}

export class DatasetPanel {
  private summary: DatasetSummary | null = null;
  private contradictions: SuspectedLabelErrors | null = null;
  private problem: string | null = null;
  private progress: DatasetState['progress'] = null;
  private seed = 1;
  private running: AbortController | undefined;
  private closed = false;

  private constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly context: DatasetPanelContext,
    private choice: DatasetChoice,
    /** Whether the user has asked for it since the window was opened. */
    private readonly asked: boolean,
  ) {
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(context.extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    setPanelTitle(panel, this.title);
    panel.iconPath = {
      light: vscode.Uri.joinPath(context.extensionUri, 'media', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(context.extensionUri, 'media', 'panel-dark.svg'),
    };
    const receiving = webview.onDidReceiveMessage((message: unknown) => void this.receive(message));
    const trusting = vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (!asked) void this.receive({ kind: 'ready' }); // which the page has sent long ago
    });
    panel.onDidDispose(() => {
      this.closed = true;
      trusting.dispose();
      this.running?.abort(new CancelledError());
      receiving.dispose();
    });
    webview.html = panelHtml(String(webview.asWebviewUri(vscode.Uri.joinPath(dist, 'dataset.js'))));
  }

  static show(folder: string, context: DatasetPanelContext): void {
    const panel = vscode.window.createWebviewPanel(DATASET_VIEW_TYPE, '', vscode.ViewColumn.Active);
    new DatasetPanel(panel, context, choiceOf({ folder, attributes: [], dropZero: 0 }), true);
  }

  /** Shows it again when the window is loaded again. */
  static serializer(context: DatasetPanelContext): vscode.WebviewPanelSerializer {
    return {
      deserializeWebviewPanel: (panel, state) => {
        const memento = datasetMementoSchema.safeParse(state);
        if (memento.success) new DatasetPanel(panel, context, choiceOf(memento.data), false);
        else panel.dispose(); // it kept nothing
        return Promise.resolve();
      },
    };
  }

  /**
   * Whether nothing is started for it: the workspace is not trusted, and the panel was restored.
   */
  private get waits() {
    return !this.asked && !isTrusted();
  }

  private get title() {
    return `Dataset: ${basename(this.choice.folder)}`;
  }

  private post(message: DatasetHostMessage) {
    if (!this.closed) void this.panel.webview.postMessage(message);
  }

  private postState() {
    const { choice, summary, progress, problem, contradictions, seed, title } = this;
    const { folder, labels } = choice;
    const surest = (contradictions?.surest ?? []).map((each) => ({
      ...each,
      jpeg: each.jpeg && plainBytes(each.jpeg),
    }));
    this.post({
      kind: 'state',
      state: {
        title,
        waits: this.waits,
        folder,
        labels,
        summary,
        options: choice.options,
        progress,
        problem,
        contradictions: contradictions && { ...contradictions, surest },
        seed,
      },
    });
  }

  private async receive(message: unknown) {
    const parsed = datasetMessageSchema.safeParse(message);
    if (!parsed.success) {
      this.context.log.warn(
        `the data set view sent a message that is not understood: ${parsed.error.message}`,
      );
      return;
    }
    try {
      await this.handle(parsed.data);
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.context.log.error(error);
      void showError(`Face Clusters: ${messageOf(error)}`);
    }
  }

  private async handle(message: DatasetMessage): Promise<void> {
    if (this.waits) {
      // The page offers one button then; what else it sends was not clicked by anybody.
      if (message.kind === 'ready') this.postState();
      else if (message.kind === 'command' && message.command === 'trust') await manageTrust();
      else if (message.kind === 'trouble')
        this.context.log.error(`the data set view: ${message.message}`);
      else
        this.context.log.warn(
          `the data set view asked for '${message.kind}' while the workspace is not trusted`,
        );
      return;
    }
    switch (message.kind) {
      case 'ready':
        if (this.summary === null && this.problem === null) await this.explore();
        else this.postState();
        return;
      case 'options':
        this.choice = {
          ...this.choice,
          options: {
            ...this.choice.options,
            attributes: message.attributes,
            dropZero: message.dropZero,
          },
        };
        this.contradictions = null;
        await this.explore();
        return;
      case 'samples': {
        if (message.again) this.seed += 1;
        const { partition, attribute } = message;
        const samples = await this.context.engine.call('datasetSamples', {
          ...this.choice,
          count: SAMPLES,
          seed: this.seed,
          partition,
          attribute,
        });
        this.post({
          kind: 'samples',
          samples: samples.map((each) => ({ ...each, jpeg: each.jpeg && plainBytes(each.jpeg) })),
        });
        return;
      }
      case 'contradictions':
        await this.contradict(message.images);
        return;
      case 'open': {
        const { path } = await this.context.engine.call('datasetImage', {
          ...this.choice,
          row: message.row,
        });
        await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), {
          viewColumn: vscode.ViewColumn.Beside,
          preview: true,
        });
        return;
      }
      case 'weights':
        await this.weigh(message.by);
        return;
      case 'trouble':
        this.context.log.error(`the data set view: ${message.message}`);
        return;
      case 'command':
        await this.command(message.command);
        return;
    }
  }

  private async command(
    command: Extract<DatasetMessage, { kind: 'command' }>['command'],
  ): Promise<void> {
    switch (command) {
      case 'cancel':
        this.running?.abort(new CancelledError());
        return;
      case 'retry':
        await this.explore();
        return;
      case 'chooseLabels': {
        const [file] =
          (await vscode.window.showOpenDialog({
            title: 'Table of labels',
            openLabel: 'Use These Labels',
            defaultUri: vscode.Uri.file(this.choice.folder),
            filters: { 'Tables of labels': ['csv', 'txt', 'gz'] },
          })) ?? [];
        if (file === undefined) return;
        this.choice = choiceOf({
          folder: this.choice.folder,
          labels: file.fsPath,
          attributes: [],
          dropZero: 0,
        });
        this.contradictions = null;
        await this.explore();
        return;
      }
      case 'labels':
        if (this.summary !== null)
          await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(this.summary.labels));
        return;
      case 'cluster':
        await vscode.commands.executeCommand(
          'faceClusters.clusterFaces',
          vscode.Uri.file(this.summary?.images ?? this.choice.folder),
        );
        return;
      case 'save':
        await this.save();
        return;
      case 'trust':
        await manageTrust();
        return;
    }
  }

  /** Runs one piece of work at a time; a new one ends the one before. */
  private async work<T>(work: (options: CallOptions) => Promise<T>): Promise<T | undefined> {
    this.running?.abort(new CancelledError());
    const controller = new AbortController();
    this.running = controller;
    this.problem = null;
    this.progress = { stage: 'scan', done: 0, total: 0, failed: 0 };
    this.postState();
    try {
      return await work({
        signal: controller.signal,
        onProgress: (progress) => {
          this.progress = progress;
          this.post({ kind: 'progress', progress });
        },
      });
    } catch (error) {
      if (error instanceof CancelledError) {
        // Where there is nothing to go back to, the view says so, with a way out.
        if (this.running === controller && this.summary === null)
          this.problem = 'Cancelled before the data set was read.';
        return undefined;
      }
      this.problem = messageOf(error);
      this.context.log.error(error);
      return undefined;
    } finally {
      if (this.running === controller) {
        this.running = undefined;
        this.progress = null;
        this.postState();
      }
    }
  }

  private async explore() {
    await this.work(async (options) => {
      this.summary = await this.context.engine.call('exploreDataset', this.choice, options);
    });
  }

  private async contradict(images: number) {
    const { engine, bundled, storeDir } = this.context;
    await this.work(async (options) => {
      const settings = analysisSettings(readSettings().settings);
      const params = {
        ...this.choice,
        images,
        most: MOST_CONTRADICTIONS,
        pictures: true,
        settings,
        bundled,
        storeDir,
      };
      this.contradictions = await engine.call('contradictions', params, options);
    });
  }

  /** Sets the weights of clustering by the frequencies of this data set; can be undone. */
  private async weigh(by: 'rare' | 'common') {
    if (this.summary === null) return;
    const { settings } = readSettings();
    const frequencies = Object.fromEntries(
      this.summary.attributes.map(({ name, frequency }) => [name, frequency]),
    );
    const names = settings.attributes.filter((name) => Object.hasOwn(frequencies, name));
    if (names.length === 0)
      throw new Error(
        'none of the attributes faces are compared by is in this data set: choose others first',
      );
    const weights = attributeWeights(names, by, frequencies);
    const rounded = Object.fromEntries(
      names.map((name, i) => [name, Math.round(weights[i]! * 1000) / 1000]),
    );
    await this.context.history.change({ weights: rounded }, settings);
    const undo = 'Undo';
    const answer = await showInformation(
      `${by === 'rare' ? 'Rare' : 'Common'} attributes of '${forName(basename(this.choice.folder))}' now weigh most when faces are clustered.`,
      undo,
    );
    if (answer === undo) await this.context.history.undo();
  }

  /** Writes what the command line writes into a new folder below one the user chooses. */
  private async save() {
    const [parent] =
      (await vscode.window.showOpenDialog({
        canSelectFiles: false,
        canSelectFolders: true,
        openLabel: 'Save Here',
        title: 'Folder in which a new one with the tables and charts is made',
      })) ?? [];
    if (parent === undefined) return;
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
    const outDir = join(parent.fsPath, `dataset ${basename(this.choice.folder)} ${stamp}`);
    const { folder, labels, options } = this.choice;
    await this.work((call) =>
      this.context.engine.call('dataset', { folder, labels, options, samples: 10, outDir }, call),
    );
    if (this.problem === null)
      void showInformation(
        `Face Clusters: tables and charts were written to '${forName(outDir)}'.`,
      );
  }
}

function choiceOf({ folder, labels, attributes, dropZero }: DatasetMemento): DatasetChoice {
  return { folder, labels, options: { attributes, drop: [], dropZero, seed: 1 } };
}
