/** Commands and their arguments. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { RUN_FILE_EXTENSION } from '../domain/run-file';
import { METHODS, parseSettings, type Settings } from '../domain/settings';
import { optionName } from '../results/arguments';
import { messageOf, UserError } from '../util/errors';
import { clusterCommand } from './cluster';
import { compareCommand } from './compare';
import type { CliContext, CliOptions } from './context';
import { datasetCommand } from './dataset';
import { evaluateCommand } from './evaluate';
import { labelsCommand } from './labels';
import {
  addAnalysisOptions,
  addClusteringOptions,
  addFeatureOptions,
  addMethodOptions,
  addSampleOptions,
  addWrapOptions,
  formatsOption,
  imagesOption,
  listOption,
  numberOption,
  overwriteOption,
  pngOption,
  progressOption,
  sidecarsOption,
  verboseOption,
} from './options';
import { printError, printErrorText, printText } from './print';
import { refuseEmptyPaths, requireOut } from './refuse-options';
import { repeatCommand } from './repeat';
import { UsageError } from './status';
import { wrapCommand } from './wrap';

/** What follows the reason of a wrong argument: the whole help would push it off the screen. */
const HELP = '(--help lists the arguments)';

export function buildProgram(context: CliContext): Command {
  const { version } = JSON.parse(readFileSync(join(context.root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('face-clusters')
    .description('Groups the faces in folders of images by their attributes.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: printText, writeErr: printErrorText })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(HELP);
  addCluster(program, context);
  addCompare(program, context);
  addDataset(program, context);
  addLabels(program, context);
  addEvaluate(program, context);
  addWrap(program, context);
  addRepeat(program, context);
  return program;
}

function addCluster(program: Command, context: CliContext): void {
  const command = program
    .command('cluster')
    .description('Cluster the faces in folders; several are merged into one set of faces.')
    .argument(
      '[FOLDER...]',
      `folders or archives (.zip, .tar, .parquet) of images, or one ${RUN_FILE_EXTENSION} file`,
    );
  addSampleOptions(command);
  addClusteringOptions(command);
  addMethodOptions(command);
  addFeatureOptions(command);
  addAnalysisOptions(command);
  command
    .option('--out <DIR>', 'folder the results are written to')
    .addOption(formatsOption())
    .addOption(pngOption())
    .addOption(imagesOption())
    .addOption(sidecarsOption())
    .option(
      '--save <FILE>',
      `also save everything in a ${RUN_FILE_EXTENSION} file, which opens in VS Code, on other machines too`,
    )
    .addOption(overwriteOption())
    .addOption(verboseOption())
    .option(
      '--vectors <FILE>',
      'cluster ready attribute vectors instead (.csv, .tsv, .jsonl, .parquet, or list_attr_celeba.txt)',
    )
    .option('--labels <FILE>', 'judge the clusters by a table of true attributes')
    .addOption(numberOption('--seeds <N>', 'clusterings with different seeds that are judged (1)'))
    .addOption(
      numberOption('--share <S>', 'share of the faces in each of them, drawn anew (1: all)'),
    )
    .action((folders: string[]) =>
      checked(command, (options, settings) => clusterCommand(folders, options, settings, context)),
    );
}

function addCompare(program: Command, context: CliContext): void {
  const command = program
    .command('compare')
    .description('Compare clustering methods by their silhouette at every number of clusters.')
    .argument('[FOLDER...]', 'folders or archives (.zip, .tar, .parquet) of images');
  addSampleOptions(command);
  addMethodOptions(command);
  addFeatureOptions(command);
  addAnalysisOptions(command);
  command
    .option('--out <DIR>', 'folder comparison.csv and comparison.svg are written to')
    .addOption(pngOption())
    .addOption(overwriteOption())
    .option(
      '--vectors <FILE>',
      'compare on ready attribute vectors instead (.csv, .tsv, .jsonl, .parquet, or list_attr_celeba.txt)',
    )
    .option('--labels <FILE>', 'also judge the clusters by a table of true attributes')
    .addOption(
      numberOption(
        '--seeds <N>',
        'clusterings of K-Means and Spectral, for means and intervals (1)',
      ),
    )
    .addOption(numberOption('--from <K>', 'smallest number of clusters (2)'))
    .addOption(numberOption('--to <K>', 'largest number of clusters (50)'))
    .addOption(listOption('--methods <A,B,…>', `some of ${METHODS.join(', ')} (all)`))
    .action((folders: string[]) =>
      checked(command, (options, settings) => compareCommand(folders, options, settings, context)),
    );
}

function addDataset(program: Command, context: CliContext): void {
  const command = program
    .command('dataset')
    .description(
      'Explore a data set of labeled faces (CelebA, LFW, FairFace, UTKFace, or a folder with a table of labels): counts, partitions, frequencies, correlation, samples.',
    )
    .argument('<FOLDER>', 'folder of the data set');
  addAnalysisOptions(command);
  command
    .option('--out <DIR>', 'folder the tables and charts are written to')
    .addOption(overwriteOption())
    .option('--labels <FILE>', 'table of labels, if it is not found')
    .addOption(listOption('--attributes <A,B,…>', 'only these attributes'))
    .addOption(listOption('--drop <A,B,…>', 'all but these attributes'))
    .addOption(
      numberOption(
        '--drop-zero <SHARE>',
        'drop rows that have none of the attributes: none, all, or a share of them',
      ),
    )
    .addOption(numberOption('--sample <N>', 'samples for each partition (10)'))
    .addOption(
      numberOption(
        '--check-labels <N>',
        'number of images whose labels are compared with the inferred attributes, to find wrong labels (0)',
      ),
    )
    .addOption(numberOption('--seed <N>', 'seed of the samples'))
    .addOption(progressOption())
    .action((folder: string) =>
      checked(command, (options, settings) => datasetCommand(folder, options, settings, context)),
    );
}

function addLabels(program: Command, context: CliContext): void {
  const command = program
    .command('labels')
    .description(
      'Write the labels of a data set, however they are written, as one plain table: image, split, person, and 0, 1 or nothing for each attribute. Training reads it.',
    )
    .argument('<FOLDER>', 'folder of the data set, or of its images');
  command
    .option('--out <DIR>', 'folder labels.csv is written to')
    .addOption(overwriteOption())
    .option(
      '--labels <FILE>',
      'table of labels, or a folder that holds them, if they are not found',
    )
    .option('--images', 'also write images that lie in .parquet files, into DIR/images')
    .addOption(progressOption())
    .action((folder: string) =>
      checked(command, (options) => labelsCommand(folder, options, context)),
    );
}

function addEvaluate(program: Command, context: CliContext): void {
  const command = program
    .command('evaluate')
    .description('Compare the inferred attributes of labeled images with their labels.')
    .argument('<FOLDER>', 'folder or archive (.zip, .tar, .parquet) of images');
  addSampleOptions(command);
  addAnalysisOptions(command);
  command
    .option(
      '--labels <FILE>',
      'table of labels, or a folder that holds them (docs/labels.md); by default, those in FOLDER',
    )
    .option('--split <NAME>', 'only the images of this partition: training, validation, test')
    .option('--out <DIR>', 'folder evaluation.json and the charts are written to', '.')
    .addOption(overwriteOption())
    .addOption(
      numberOption(
        '--degraded <N>',
        'number of faces that are also shrunk and blurred, to measure robustness (0)',
      ),
    )
    .action((folder: string) =>
      checked(command, (options, settings) => evaluateCommand(folder, options, settings, context)),
    );
}

function addWrap(program: Command, context: CliContext): void {
  const command = program
    .command('wrap')
    .description(
      'Write a network (.onnx) from elsewhere into a file that --model takes, with what it does not say of itself.',
    )
    .argument('<MODEL>', 'ONNX file, which stays as it is');
  addWrapOptions(command)
    .option('--out <FILE>', 'path of the new file')
    .addOption(new Option('--overwrite', 'replace FILE if it exists'))
    .addOption(progressOption())
    .action((file: string) => checked(command, (options) => wrapCommand(file, options, context)));
}

function addRepeat(program: Command, context: CliContext): void {
  const command = program
    .command('repeat')
    .description(
      'Repeat what made a result, with the same settings and seed, and compare the results.',
    )
    .argument('<FILE>', 'clusters.json, comparison.json, evaluation.json or dataset.json')
    .option('--out <DIR>', 'folder the results are written to')
    .addOption(overwriteOption())
    .addOption(progressOption())
    .option('--no-cache', 'read every image anew, and cache nothing between runs')
    .action((file: string) =>
      repeatCommand(
        file,
        optionsOf(command),
        (args) => buildProgram(context).parseAsync(args, { from: 'user' }),
        context,
      ),
    );
}

/** The options of a command whose paths are checked. Wrong ones end with the reason. */
function optionsOf(command: Command): CliOptions {
  const options = command.opts<CliOptions>();
  try {
    refuseEmptyPaths(options, command.args);
    requireOut(command);
    return options;
  } catch (error) {
    throw reported(error);
  }
}

/** Runs an action with checked settings. Wrong arguments end with the reason. */
async function checked(
  command: Command,
  action: (options: CliOptions, settings: Settings) => Promise<void>,
): Promise<void> {
  const options = optionsOf(command);
  try {
    const settings = parseSettings(options, optionName);
    await action(options, settings).catch((error: unknown) => {
      throw error instanceof UserError ? new ActionError(error) : error;
    });
  } catch (error) {
    if (error instanceof ActionError) throw error.reason;
    throw reported(error);
  }
}

/** Prints why arguments are wrong. @returns what is to be thrown. */
function reported(error: unknown): unknown {
  if (!(error instanceof UserError) && !(error instanceof UsageError)) return error;
  printError(`error: ${messageOf(error)}`);
  printError(HELP);
  return new UsageError(messageOf(error));
}

/** A UserError of the work itself, not of the arguments. */
class ActionError extends Error {
  constructor(readonly reason: UserError) {
    super(reason.message);
  }
}
