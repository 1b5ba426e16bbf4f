/** The webview panel of a data set of labeled faces. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetChoice, DatasetSummary, SuspectedLabelErrors } from '../../domain/dataset';
import type { BundledModels } from '../../domain/networks';
import { analysisSettings } from '../../domain/settings';
import type { EngineClient } from '../../engine/client';
import {
  type DatasetHostMessage,
  type DatasetMemento,
  type DatasetMessage,
  datasetMementoSchema,
  datasetMessageSchema,
} from '../../protocol/dataset-panel';
import { forName } from '../../text/neutralize';
import { CancelledError, messageOf } from '../../util/errors';
import { Disposables } from '../disposables';
import { type Log, showError, showInformation } from '../outlets';
import { readSettings } from '../settings/configuration';
import type { SettingHistory } from '../settings/setting-history';
import { isTrusted, manageTrust } from '../trust';
import {
  chooseLabelsFile,
  chooseOutputFolder,
  openFile,
  weightAttributes,
} from './dataset-actions';
import { DatasetJob } from './dataset-job';
import {
  type CommandHandlers,
  handleBeforeTrust,
  handleMessage,
  type MessageHandlers,
} from './message-handlers';
import { withPlainJpeg } from './plain-bytes';
import { showPage } from './webview-page';

export const DATASET_VIEW_TYPE = 'faceClusters.dataset';

/** Number of samples drawn at once. */
const SAMPLES = 24;
/** Maximum number of suspected label errors in the view. */
const MAX_LABEL_ERRORS = 200;

export interface DatasetPanelContext {
  extensionUri: vscode.Uri;
  engine: EngineClient;
  bundled: BundledModels;
  storeDir: string;
  history: SettingHistory;
  log: Log;
}

type DatasetCommand = Extract<DatasetMessage, { kind: 'command' }>['command'];

export class DatasetPanel {
  private summary: DatasetSummary | null = null;
  private labelErrors: SuspectedLabelErrors | null = null;
  private seed = 1;
  private closed = false;
  private readonly job: DatasetJob;
  private readonly handlers: MessageHandlers<DatasetMessage>;
  private readonly commands: CommandHandlers<DatasetCommand>;

  private constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly context: DatasetPanelContext,
    private choice: DatasetChoice,
    /** Whether the user requested the view since the window was opened. */
    private readonly requested: boolean,
  ) {
    this.job = new DatasetJob({
      onProgress: (progress) => {
        this.post({ kind: 'progress', progress });
      },
      onState: () => {
        this.postState();
      },
      onError: (error) => {
        context.log.error(error);
      },
    });
    this.handlers = this.messageHandlers();
    this.commands = this.commandHandlers();
    this.listen();
    showPage(panel, context.extensionUri, { title: this.title, script: 'dataset.js' });
  }

  static show(folder: string, context: DatasetPanelContext): void {
    const panel = vscode.window.createWebviewPanel(DATASET_VIEW_TYPE, '', vscode.ViewColumn.Active);
    new DatasetPanel(panel, context, choiceOf({ folder, attributes: [], dropZero: 0 }), true);
  }

  /** Restores the view when the window is reloaded. */
  static serializer(context: DatasetPanelContext): vscode.WebviewPanelSerializer {
    return {
      deserializeWebviewPanel: (panel, state) => {
        const memento = datasetMementoSchema.safeParse(state);
        if (memento.success) new DatasetPanel(panel, context, choiceOf(memento.data), false);
        else panel.dispose(); // the page has stored nothing
        return Promise.resolve();
      },
    };
  }

  private listen() {
    const { panel } = this;
    const disposables = new Disposables();
    disposables.add(
      panel.webview.onDidReceiveMessage((message: unknown) => void this.receive(message)),
    );
    disposables.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        // the page sends this only once, when it is loaded
        if (!this.requested) void this.receive({ kind: 'ready' });
      }),
    );
    disposables.add(
      panel.onDidDispose(() => {
        this.closed = true;
        this.job.cancel();
        disposables.dispose();
      }),
    );
  }

  /** Whether the view may not start anything: it was restored in an untrusted workspace. */
  private get waits() {
    return !this.requested && !isTrusted();
  }

  private get title() {
    return `Dataset: ${basename(this.choice.folder)}`;
  }

  private post(message: DatasetHostMessage) {
    if (!this.closed) void this.panel.webview.postMessage(message);
  }

  private postState() {
    const { choice, summary, labelErrors, seed, title, waits } = this;
    const { progress, problem } = this.job;
    const surest = (labelErrors?.surest ?? []).map(withPlainJpeg);
    this.post({
      kind: 'state',
      state: {
        title,
        waits,
        folder: choice.folder,
        labels: choice.labels,
        summary,
        options: choice.options,
        progress,
        problem,
        contradictions: labelErrors && { ...labelErrors, surest },
        seed,
      },
    });
  }

  private async receive(message: unknown) {
    const parsed = datasetMessageSchema.safeParse(message);
    if (!parsed.success) {
      this.context.log.warn(`the data set view sent an invalid message: ${parsed.error.message}`);
      return;
    }
    try {
      const showState = this.postState.bind(this);
      if (this.waits)
        await handleBeforeTrust(
          parsed.data,
          this.handlers,
          this.context.log,
          'the data set view',
          showState,
        );
      else await handleMessage(this.handlers, parsed.data);
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.context.log.error(error);
      void showError(`Face Clusters: ${messageOf(error)}`);
    }
  }

  private messageHandlers(): MessageHandlers<DatasetMessage> {
    return {
      ready: async () => {
        if (this.summary === null && this.job.problem === null) await this.explore();
        else this.postState();
      },
      options: ({ attributes, dropZero }) => {
        const options = { ...this.choice.options, attributes, dropZero };
        return this.choose({ ...this.choice, options });
      },
      samples: (message) => this.drawSamples(message),
      contradictions: ({ images }) => this.findLabelErrors(images),
      open: async ({ row }) => {
        const image = await this.context.engine.call('datasetImage', { ...this.choice, row });
        await openFile(image.path, vscode.ViewColumn.Beside);
      },
      weights: async ({ by }) => {
        const { summary, choice, context } = this;
        if (summary !== null) await weightAttributes(by, summary, choice.folder, context.history);
      },
      trouble: ({ message }) => {
        this.context.log.error(`the data set view: ${message}`);
      },
      command: async ({ command }) => {
        await this.commands[command]();
      },
    };
  }

  private commandHandlers(): CommandHandlers<DatasetCommand> {
    return {
      cancel: () => {
        this.job.cancel();
      },
      retry: () => this.explore(),
      chooseLabels: async () => {
        const { folder } = this.choice;
        const labels = await chooseLabelsFile(folder);
        if (labels !== undefined)
          await this.choose(choiceOf({ folder, labels, attributes: [], dropZero: 0 }));
      },
      labels: async () => {
        if (this.summary !== null) await openFile(this.summary.labels);
      },
      cluster: () =>
        vscode.commands.executeCommand(
          'faceClusters.clusterFaces',
          vscode.Uri.file(this.summary?.images ?? this.choice.folder),
        ),
      save: () => this.save(),
      trust: manageTrust,
    };
  }

  private async choose(choice: DatasetChoice) {
    this.choice = choice;
    this.labelErrors = null;
    await this.explore();
  }

  private async explore() {
    const nothingToShow = this.summary === null;
    await this.job.run(
      async (options) => {
        this.summary = await this.context.engine.call('exploreDataset', this.choice, options);
      },
      nothingToShow ? 'Cancelled before the data set was read.' : null,
    );
  }

  private async drawSamples({
    partition,
    attribute,
    again,
  }: Extract<DatasetMessage, { kind: 'samples' }>) {
    if (again) this.seed += 1;
    const params = { ...this.choice, count: SAMPLES, seed: this.seed, partition, attribute };
    const samples = await this.context.engine.call('datasetSamples', params);
    this.post({ kind: 'samples', samples: samples.map(withPlainJpeg) });
  }

  /** Compares labels with the inferred attributes. */
  private async findLabelErrors(images: number) {
    const { engine, bundled, storeDir } = this.context;
    await this.job.run(async (options) => {
      const settings = analysisSettings(readSettings().settings);
      const params = {
        ...this.choice,
        images,
        most: MAX_LABEL_ERRORS,
        pictures: true,
        settings,
        bundled,
        storeDir,
      };
      this.labelErrors = await engine.call('contradictions', params, options);
    });
  }

  /** Writes the tables and charts of the command line into a new folder. */
  private async save() {
    const { folder, labels, options } = this.choice;
    const outDir = await chooseOutputFolder(folder);
    if (outDir === undefined) return;
    const params = { folder, labels, options, samples: 10, outDir };
    const done = await this.job.run((call) => this.context.engine.call('dataset', params, call));
    if (done)
      void showInformation(
        `Face Clusters: tables and charts were written to '${forName(outDir)}'.`,
      );
  }
}

function choiceOf({ folder, labels, attributes, dropZero }: DatasetMemento): DatasetChoice {
  return { folder, labels, options: { attributes, drop: [], dropZero, seed: 1 } };
}
