/**
 * Sub-commands and options. Names of options are those of the workspace settings
 * (`faceClusters.*`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { LINKAGES, METRICS, AFFINITIES, ASSIGN_LABELS } from '../domain/method-options';
import {
  AUTO_BY,
  DETECT,
  FEATURES,
  METHODS,
  parseSettings,
  PRESETS,
  PROVIDERS,
  type Settings,
  THRESHOLDS,
  WEIGHTS_FROM,
} from '../domain/settings';
import { messageOf, UserError } from '../util/errors';
import { readRegularFileSync } from '../util/read-regular-file';
import { clusterCommand } from './cluster';
import { compareCommand } from './compare';
import type { CliContext, CliOptions } from './context';
import { datasetCommand } from './dataset';
import { evaluateCommand } from './evaluate';
import { printErrorText, printError, printText } from './print';
import { UsageError } from './status';

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
    .showHelpAfterError();

  withModel(withFeatures(withParameters(withClustering(withChoice(program.command('cluster'))))))
    .description('Cluster the faces in folders; several are merged into one set of faces.')
    .argument('[FOLDER...]', 'folders of images')
    .requiredOption('--out <DIR>', 'folder the results are written to')
    .addOption(overwrite())
    .option(
      '--vectors <FILE>',
      'cluster ready attribute vectors instead (.csv, list_attr_celeba.txt, or either .gz)',
    )
    .action((folders: string[], _: unknown, command: Command) =>
      checked(command, (options, settings) => clusterCommand(folders, options, settings, context)),
    );

  withModel(withFeatures(withParameters(withChoice(program.command('compare')))))
    .description('Compare clustering methods by their silhouette at every number of clusters.')
    .argument('[FOLDER...]', 'folders of images')
    .requiredOption('--out <DIR>', 'folder comparison.csv and comparison.svg are written to')
    .addOption(overwrite())
    .option(
      '--vectors <FILE>',
      'compare on ready attribute vectors instead (.csv, list_attr_celeba.txt, or either .gz)',
    )
    .addOption(new Option('--from <K>', 'smallest number of clusters (2)').argParser(toNumber))
    .addOption(new Option('--to <K>', 'largest number of clusters (50)').argParser(toNumber))
    .addOption(
      new Option('--methods <A,B,…>', `some of ${METHODS.join(', ')} (all)`).argParser(toList),
    )
    .action((folders: string[], _: unknown, command: Command) =>
      checked(command, (options, settings) => compareCommand(folders, options, settings, context)),
    );

  withModel(program.command('dataset'))
    .description(
      'Explore a data set of labelled faces (CelebA, LFW, or a folder with a table of labels): counts, partitions, frequencies, correlation, samples.',
    )
    .argument('<FOLDER>', 'folder of the data set')
    .requiredOption('--out <DIR>', 'folder the tables and charts are written to')
    .addOption(overwrite())
    .option('--labels <FILE>', 'table of labels, where it is not found')
    .addOption(new Option('--attributes <A,B,…>', 'only these attributes').argParser(toList))
    .addOption(new Option('--drop <A,B,…>', 'all but these attributes').argParser(toList))
    .addOption(
      new Option(
        '--drop-zero <SHARE>',
        'rows that have none of the attributes: none, all, or a share of them is dropped',
      ).argParser(toNumber),
    )
    .addOption(new Option('--sample <N>', 'samples a partition (10)').argParser(toNumber))
    .addOption(
      new Option(
        '--check-labels <N>',
        'images whose labels are compared with what the network says, to find wrong ones (0)',
      ).argParser(toNumber),
    )
    .addOption(new Option('--seed <N>', 'seed of the samples').argParser(toNumber))
    .addOption(
      new Option('--progress <FORMAT>', 'progress as JSON lines on stderr').choices(['json']),
    )
    .action((folder: string, _: unknown, command: Command) =>
      checked(command, (options, settings) => datasetCommand(folder, options, settings, context)),
    );

  withModel(withChoice(program.command('evaluate')))
    .description('Compare the inferred attributes of labelled images with their labels.')
    .argument('<FOLDER>', 'folder of images')
    .requiredOption(
      '--labels <FILE>',
      'list_attr_celeba.txt, or a .csv with a column an attribute; or either .gz',
    )
    .option('--split <NAME>', 'only the rows whose column split or partition is NAME', '')
    .option('--out <DIR>', 'folder evaluation.json and the charts are written to', '.')
    .addOption(overwrite())
    .addOption(
      new Option(
        '--degraded <N>',
        'faces that are made small and blurred, to see how long the answer stays',
      ).argParser(toNumber),
    )
    .action((folder: string, _: unknown, command: Command) =>
      checked(command, (options, settings) => evaluateCommand(folder, options, settings, context)),
    );
  return program;
}

const overwrite = () =>
  new Option(
    '--overwrite',
    'replace files in DIR that are not of an earlier run, or were changed since',
  );

function withChoice(command: Command): Command {
  return command
    .addOption(new Option('--limit <N>', 'only the first N images (0: all)').argParser(toNumber))
    .addOption(
      new Option('--sample <N>', 'only N images, drawn with the seed (0: all)').argParser(toNumber),
    )
    .addOption(new Option('--seed <N>', 'seed of the sample and of clustering').argParser(toNumber))
    .addOption(
      new Option('--progress <FORMAT>', 'progress as JSON lines on stderr').choices(['json']),
    );
}

function withClustering(command: Command): Command {
  return command
    .addOption(new Option('--method <NAME>', 'clustering method').choices(METHODS))
    .addOption(
      new Option('--clusters <K>', 'number of clusters, or auto').argParser((text) =>
        text === 'auto' ? text : toNumber(text),
      ),
    )
    .addOption(new Option('--auto-by <CRITERION>', 'what --clusters auto goes by').choices(AUTO_BY))
    .addOption(
      new Option('--auto-from <K>', 'smallest number tried with --clusters auto').argParser(
        toNumber,
      ),
    )
    .addOption(
      new Option('--auto-to <K>', 'largest number tried with --clusters auto').argParser(toNumber),
    );
}

/** Parameters of the methods, by scikit-learn's names. */
function withParameters(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--preset <NAME>',
        "the methods' parameters: as given, or those of the original work",
      ).choices(PRESETS),
    )
    .addOption(new Option('--restarts <N>', 'K-Means: restarts').argParser(toNumber))
    .addOption(
      new Option(
        '--linkage <NAME>',
        'Agglomerative: which distance of two clusters counts',
      ).choices(LINKAGES),
    )
    .addOption(
      new Option(
        '--metric <NAME>',
        'distance of Agglomerative, DBSCAN, OPTICS and HDBSCAN',
      ).choices(METRICS),
    )
    .addOption(
      new Option('--threshold <R>', 'Birch: largest radius of a subcluster').argParser(toNumber),
    )
    .addOption(
      new Option('--branching-factor <N>', 'Birch: subclusters of a node, at most').argParser(
        toNumber,
      ),
    )
    .addOption(
      new Option('--affinity <NAME>', 'Spectral: how alike two faces are').choices(AFFINITIES),
    )
    .addOption(new Option('--gamma <G>', 'Spectral: exp(-G d²)').argParser(toNumber))
    .addOption(new Option('--neighbors <N>', 'Spectral: nearest neighbours').argParser(toNumber))
    .addOption(
      new Option('--assign-labels <NAME>', 'Spectral: how eigenvectors become clusters').choices(
        ASSIGN_LABELS,
      ),
    )
    .addOption(
      new Option('--eps <D>', 'DBSCAN: largest distance of neighbours').argParser(toNumber),
    )
    .addOption(
      new Option(
        '--min-samples <N>',
        'DBSCAN, OPTICS, HDBSCAN: faces around a core face',
      ).argParser(toNumber),
    )
    .addOption(
      new Option('--xi <X>', "OPTICS: smallest drop of reachability at a cluster's edge").argParser(
        toNumber,
      ),
    )
    .addOption(
      new Option('--min-cluster-size <N>', 'HDBSCAN: fewest faces of a cluster').argParser(
        toNumber,
      ),
    );
}

function withFeatures(command: Command): Command {
  return command
    .addOption(
      new Option('--attributes <A,B,…>', 'attributes faces are compared by').argParser(toList),
    )
    .addOption(
      new Option(
        '--weights <NAME>',
        'none, rare, common, or a .json file of a number for each attribute',
      ).argParser(toWeights),
    )
    .addOption(
      new Option('--weights-from <WHOSE>', 'frequencies that rare and common go by').choices(
        WEIGHTS_FROM,
      ),
    )
    .addOption(
      new Option('--features <KIND>', 'attributes rounded to 0 or 1, or as probabilities').choices(
        FEATURES,
      ),
    )
    .addOption(
      new Option(
        '--thresholds <KIND>',
        'from which probability an attribute counts as present',
      ).choices(THRESHOLDS),
    );
}

function withModel(command: Command): Command {
  return command
    .addOption(
      new Option('--detect <WHEN>', 'whether faces are searched for in the images').choices(DETECT),
    )
    .addOption(
      new Option('--min-face-score <S>', 'smallest confidence of the detector').argParser(toNumber),
    )
    .addOption(
      new Option('--min-face-size <N>', "smallest side of a face's box, in pixels").argParser(
        toNumber,
      ),
    )
    .addOption(new Option('--provider <NAME>', 'execution provider').choices(PROVIDERS))
    .addOption(
      new Option('--batch-size <N>', 'faces a batch (0: what is fastest)').argParser(toNumber),
    )
    .addOption(
      new Option(
        '--max-image-file-size <MB>',
        'largest file of an image that is read (500)',
      ).argParser(toNumber),
    )
    .addOption(
      new Option(
        '--max-image-megapixels <N>',
        'most megapixels of an image; a quarter where it is progressive (400)',
      ).argParser(toNumber),
    )
    .addOption(
      new Option('--max-image-seconds <S>', 'longest time for an image (20)').argParser(toNumber),
    )
    .addOption(
      new Option('--max-image-memory <MB>', 'most memory for decoding an image (2000)').argParser(
        toNumber,
      ),
    )
    .option('--model <FILE>', 'another network (.onnx)')
    .option('--no-cache', 'read every image anew, and keep nothing between runs')
    .addOption(
      new Option(
        '--cache-limit <GB>',
        'gigabytes that what is kept between runs may take (4)',
      ).argParser(toNumber),
    );
}

/** Runs an action with its settings checked; wrong ones end with the reason and the usage. */
async function checked(
  command: Command,
  action: (options: CliOptions, settings: Settings) => Promise<void>,
): Promise<void> {
  const options = command.opts<CliOptions>();
  try {
    const settings = parseSettings(
      options,
      (name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
    await action(options, settings).catch((error: unknown) => {
      throw error instanceof UserError ? new ActionError(error) : error;
    });
  } catch (error) {
    if (error instanceof ActionError) throw error.reason;
    if (!(error instanceof UserError) && !(error instanceof UsageError)) throw error;
    printError(`error: ${messageOf(error)}`);
    printError('');
    command.outputHelp({ error: true });
    throw new UsageError(messageOf(error));
  }
}

/** A UserError of the work itself, not of the arguments. */
class ActionError extends Error {
  constructor(readonly reason: UserError) {
    super(reason.message);
  }
}

const toList = (text: string) => text.split(',').map((name) => name.trim());

/**
 * Numbers as numbers; anything else is left for the check of the settings to refuse with its
 * reason.
 */
function toNumber(text: string): unknown {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

/** Most bytes of a file of weights. A thousand attributes take about 50 kB. */
const WEIGHTS_LIMIT = 1e6;

function toWeights(text: string): unknown {
  if (!text.endsWith('.json')) return text;
  try {
    return JSON.parse(readRegularFileSync(text, WEIGHTS_LIMIT).toString()) as unknown;
  } catch (error) {
    throw new UserError(`cannot read the weights '${text}': ${messageOf(error)}`, { cause: error });
  }
}
