/** The webview panel of a data set of labeled faces. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Handlers } from '../../channel/serve';
import type { DatasetChoice, DatasetSummary, SuspectedLabelErrors } from '../../domain/dataset';
import type { BundledModels } from '../../domain/networks';
import { analysisSettings } from '../../domain/settings';
import type { EngineClient } from '../../engine/client';
import {
  type DatasetCalls,
  type DatasetEvent,
  type DatasetMemento,
  datasetMementoSchema,
  type DatasetParams,
  datasetParams,
} from '../../protocol/dataset-panel';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { Disposables } from '../disposables';
import { type Log, showInformation } from '../outlets';
import { readSettings } from '../settings/configuration';
import type { SettingHistory } from '../settings/setting-history';
import { isTrusted, manageTrust } from '../trust';
import {
  chooseLabelsFile,
  chooseOutputFolder,
  openLabels,
  weightAttributes,
} from './dataset-actions';
import { DatasetJob } from './dataset-job';
import { openImageFile } from './open-image-file';
import { withPlainJpeg } from './plain-bytes';
import { type CommandHandlers, reportFailure, servePages, untilAborted } from './serve-page';
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

type DatasetCommand = DatasetParams<'command'>['command'];

export class DatasetPanel {
  private summary: DatasetSummary | null = null;
  private labelErrors: SuspectedLabelErrors | null = null;
  /** Number of images in which label errors were looked for; null: not yet. */
  private checked: number | null = null;
  private seed = 1;
  /** Sends an event to the page, once it listens. */
  private tell: (event: DatasetEvent) => void = () => undefined;
  private readonly job: DatasetJob;
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
        this.tell({ kind: 'progress', progress });
      },
      onState: () => {
        this.showState();
      },
      onError: (error) => {
        context.log.error(error);
      },
    });
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
        if (!memento.success)
          panel.dispose(); // the page has stored nothing
        else {
          const view = new DatasetPanel(panel, context, choiceOf(memento.data), false);
          view.checked = memento.data.checked ?? null;
        }
        return Promise.resolve();
      },
    };
  }

  private listen() {
    const { panel } = this;
    const disposables = new Disposables();
    disposables.add(
      servePages<DatasetCalls>(panel.webview, {
        view: 'the data set view',
        log: this.context.log,
        params: datasetParams,
        handlers: this.pageHandlers(),
        queries: ['samples'],
        waits: () => this.waits,
      }),
    );
    disposables.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        if (!this.requested) this.showEverything();
      }),
    );
    disposables.add(
      panel.onDidDispose(() => {
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
    return t('Dataset: {0}', basename(this.choice.folder));
  }

  private showState() {
    const { choice, summary, labelErrors, checked, seed, title, waits } = this;
    const { progress, problem } = this.job;
    const surest = (labelErrors?.surest ?? []).map(withPlainJpeg);
    this.tell({
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
        labelErrors: labelErrors && { ...labelErrors, surest },
        checked,
        seed,
      },
    });
  }

  private pageHandlers(): Handlers<DatasetCalls> {
    const { context } = this;
    return {
      watch: async (_, { onProgress, signal }) => {
        this.tell = onProgress;
        this.showEverything();
        await untilAborted(signal);
      },
      samples: (params) => this.drawSamples(params),
      options: async ({ attributes, dropZero }) => {
        const options = { ...this.choice.options, attributes, dropZero };
        await this.choose({ ...this.choice, options });
      },
      labelErrors: async ({ images }) => {
        await this.findLabelErrors(images);
      },
      open: async ({ row }) => {
        const image = await context.engine.call('datasetImage', { ...this.choice, row });
        await openImageFile(image.path, vscode.ViewColumn.Beside);
      },
      weights: async ({ by }) => {
        const { summary, choice } = this;
        if (summary !== null) await weightAttributes(by, summary, choice.folder, context.history);
      },
      trouble: ({ message }) => {
        context.log.error(`the data set view: ${message}`);
      },
      command: async ({ command }) => {
        await this.commands[command]();
      },
    };
  }

  private showEverything(): void {
    const nothing = this.summary === null && this.job.problem === null;
    if (this.waits || !nothing) this.showState();
    else
      this.exploreAgain().catch((error: unknown) => {
        reportFailure(this.context.log, error);
      });
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
        if (this.summary !== null) await openLabels(this.summary.labels);
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

  /** Everything that was shown before the window was loaded again, from the cache. */
  private async exploreAgain() {
    await this.explore();
    if (this.checked !== null && this.summary !== null) await this.findLabelErrors(this.checked);
  }

  private async choose(choice: DatasetChoice) {
    this.choice = choice;
    this.labelErrors = null;
    this.checked = null;
    await this.explore();
  }

  private async explore() {
    const nothingToShow = this.summary === null;
    await this.job.run(
      async (options) => {
        this.summary = await this.context.engine.call('exploreDataset', this.choice, options);
      },
      nothingToShow ? t('Cancelled before the data set was read.') : null,
    );
  }

  private async drawSamples({ partition, attribute, again }: DatasetParams<'samples'>) {
    if (again) this.seed += 1;
    const params = { ...this.choice, count: SAMPLES, seed: this.seed, partition, attribute };
    const samples = await this.context.engine.call('datasetSamples', params);
    return samples.map(withPlainJpeg);
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
      this.labelErrors = await engine.call('labelErrors', params, options);
      this.checked = images;
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
        t("Face Clusters: tables and charts were written to '{0}'.", forName(outDir)),
      );
  }
}

function choiceOf({ folder, labels, attributes, dropZero }: DatasetMemento): DatasetChoice {
  return { folder, labels, options: { attributes, drop: [], dropZero, seed: 1 } };
}
