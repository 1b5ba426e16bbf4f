/**
 * Groups of options that several commands share. The names of options are those of the workspace
 * settings (`faceClusters.*`).
 */
import { type Command, Option } from 'commander';
import { COPY_KINDS } from '../domain/copies';
import { SIDECAR_STYLES } from '../domain/sidecars';
import { AFFINITIES, ASSIGN_LABELS, LINKAGES, METRICS } from '../domain/method-options';
import {
  AUTO_BY,
  DETECT,
  FEATURES,
  METHODS,
  PRESETS,
  PROVIDERS,
  TABLE_FORMATS,
  COPIES,
  THRESHOLDS,
  WEIGHTS_FROM,
} from '../domain/settings';
import { toList, toNumber, toNumberOrAuto, toNumbers, toWeights } from './option-values';

export const numberOption = (flags: string, description: string) =>
  new Option(flags, description).argParser(toNumber);

const numbersOption = (flags: string, description: string) =>
  new Option(flags, description).argParser(toNumbers);

export const listOption = (flags: string, description: string) =>
  new Option(flags, description).argParser(toList);

/** An option that may be given several times. */
const repeatedOption = (flags: string, description: string) =>
  new Option(flags, description).argParser((text: string, earlier: string[] | undefined) => [
    ...(earlier ?? []),
    text,
  ]);

const choiceOption = (flags: string, description: string, choices: readonly string[]) =>
  new Option(flags, description).choices(choices);

export const overwriteOption = () =>
  new Option(
    '--overwrite',
    'replace files in DIR that no earlier run wrote, or that were changed since',
  );

export const formatsOption = () =>
  listOption(
    '--formats <A,B,…>',
    `formats of the table of faces: ${TABLE_FORMATS.join(', ')} (csv)`,
  );

export const imagesOption = () =>
  choiceOption(
    '--images <KIND>',
    'also put the images of each cluster into a folder of DIR/images: copies, hard or symbolic links',
    COPY_KINDS,
  );

export const sidecarsOption = () =>
  choiceOption(
    '--sidecars <NAMES>',
    'with --images copy: names and tags in an XMP file beside each copy, photo.jpg.xmp (digikam) or photo.xmp (lightroom)',
    SIDECAR_STYLES,
  );

export const pngOption = () => new Option('--png', 'also write charts as PNG');

export const progressOption = () =>
  choiceOption('--progress <FORMAT>', 'progress as JSON lines on stderr', ['json']);

export const verboseOption = () =>
  new Option('--verbose', 'also print why each execution provider was used or passed over');

/** Which images are used. */
export function addSampleOptions(command: Command): Command {
  return command
    .addOption(repeatedOption('--include <GLOB>', 'only images that match (repeatable)'))
    .addOption(repeatedOption('--exclude <GLOB>', 'not images or folders that match (repeatable)'))
    .addOption(numbersOption('--limit <N>', 'only the first N images (0: all)'))
    .addOption(
      numbersOption(
        '--sample <N>',
        'only N images, drawn with the seed (0: all); with several FOLDERs, --sample 400,100 draws of each',
      ),
    )
    .addOption(numberOption('--seed <N>', 'seed of the sample and of clustering'))
    .addOption(progressOption());
}

/** The clustering method and the number of clusters. */
export function addClusteringOptions(command: Command): Command {
  return command
    .addOption(choiceOption('--method <NAME>', 'clustering method', METHODS))
    .addOption(
      new Option('--clusters <K>', 'number of clusters, or auto').argParser(toNumberOrAuto),
    )
    .addOption(choiceOption('--auto-by <CRITERION>', 'criterion of --clusters auto', AUTO_BY))
    .addOption(numberOption('--auto-from <K>', 'smallest number tried with --clusters auto'))
    .addOption(numberOption('--auto-to <K>', 'largest number tried with --clusters auto'));
}

/** Parameters of the methods, named as in scikit-learn. */
export function addMethodOptions(command: Command): Command {
  const options = [
    choiceOption(
      '--preset <NAME>',
      "the methods' parameters: as given, or those of the original work",
      PRESETS,
    ),
    numberOption('--restarts <N>', 'K-Means: restarts'),
    choiceOption('--linkage <NAME>', 'Agglomerative: linkage', LINKAGES),
    choiceOption(
      '--metric <NAME>',
      'distance of Agglomerative, DBSCAN, OPTICS and HDBSCAN',
      METRICS,
    ),
    numberOption('--threshold <R>', 'Birch: maximum radius of a subcluster'),
    numberOption('--branching-factor <N>', 'Birch: maximum number of subclusters of a node'),
    choiceOption('--affinity <NAME>', 'Spectral: similarity of two faces', AFFINITIES),
    numberOption('--gamma <G>', 'Spectral: exp(-G d²)'),
    numberOption('--neighbors <N>', 'Spectral: nearest neighbors'),
    choiceOption(
      '--assign-labels <NAME>',
      'Spectral: how eigenvectors become clusters',
      ASSIGN_LABELS,
    ),
    numberOption('--eps <D>', 'DBSCAN: maximum distance of neighbors'),
    numberOption('--min-samples <N>', 'DBSCAN, OPTICS, HDBSCAN: faces around a core face'),
    numberOption('--xi <X>', "OPTICS: minimum drop of reachability at a cluster's edge"),
    numberOption('--min-cluster-size <N>', 'HDBSCAN: minimum number of faces in a cluster'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** The vectors that are clustered. */
export function addFeatureOptions(command: Command): Command {
  return command
    .addOption(listOption('--attributes <A,B,…>', 'attributes faces are compared by'))
    .addOption(
      new Option(
        '--weights <NAME>',
        'standardized, none, rare, common, or a .json file of a number for each attribute',
      ).argParser(toWeights),
    )
    .addOption(
      choiceOption(
        '--weights-from <WHOSE>',
        'frequencies that rare and common are based on',
        WEIGHTS_FROM,
      ),
    )
    .addOption(
      choiceOption(
        '--features <KIND>',
        'attributes rounded to 0 or 1, or as probabilities; or embeddings in place of attributes',
        FEATURES,
      ),
    )
    .addOption(
      choiceOption(
        '--thresholds <KIND>',
        'probability from which an attribute counts as present',
        THRESHOLDS,
      ),
    )
    .addOption(
      choiceOption(
        '--copies <HOW>',
        'count copies of a picture like other faces, or leave them out',
        COPIES,
      ),
    );
}

/** Face detection, the network, limits of images, and the cache. */
export function addAnalysisOptions(command: Command): Command {
  const options = [
    choiceOption('--detect <WHEN>', 'whether faces are searched for in the images', DETECT),
    numberOption('--min-face-score <S>', 'minimum confidence of the detector'),
    numberOption('--min-face-size <N>', "minimum side of a face's box, in pixels"),
    choiceOption('--provider <NAME>', 'execution provider', PROVIDERS),
    numberOption('--batch-size <N>', 'faces per batch (0: the fastest size)'),
    numberOption('--max-image-file-size <MB>', 'maximum size of an image file (500)'),
    numberOption(
      '--max-image-megapixels <N>',
      'maximum megapixels of an image; a quarter if it is progressive (400)',
    ),
    numberOption('--max-image-seconds <S>', 'maximum time for an image (20)'),
    numberOption('--max-image-memory <MB>', 'maximum memory for decoding an image (2000)'),
    new Option('--model <FILE>', 'another network (.onnx)'),
    new Option('--no-cache', 'read every image anew, and cache nothing between runs'),
    numberOption('--cache-limit <GB>', 'maximum size of the cache between runs, in gigabytes (4)'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** What can be said of a network; see domain/network-words.ts. */
export function addWrapOptions(command: Command): Command {
  const options = [
    new Option(
      '--mean <M,…>',
      'mean of the colors, or imagenet or clip: a pixel becomes (pixel / scale − mean) / std',
    ),
    new Option('--std <S,…>', 'standard deviation of the colors, or imagenet or clip'),
    new Option(
      '--scale <N>',
      '255: mean and std are of pixels from 0 to 1; 1: from 0 to 255 (default: by their size)',
    ),
    new Option('--layout <ORDER>', 'nchw or nhwc, if the shape of the input does not tell'),
    new Option('--channels <ORDER>', 'order of the colors: rgb (default) or bgr'),
    new Option('--size <SIDE|WxH>', 'size of the input in pixels, if its shape does not tell'),
    new Option(
      '--framing <HOW>',
      'how aligned images are fitted to the input: cut to its proportions (default), or stretch',
    ),
    new Option('--outputs <A,B,…>', 'the outputs that are used (default: all, joined)'),
    new Option('--names <FILE|A,B,…>', 'names of all values of the outputs, in order'),
    new Option(
      '--activation <A,…>',
      'what is still to be applied, to all outputs or to each: sigmoid, softmax or none; or embedding',
    ),
    new Option(
      '--embedding',
      'the output is an embedding, by which faces are compared with --features embedding: like --activation embedding',
    ).conflicts('activation'),
    new Option(
      '--groups <N,…>',
      'numbers of values that exclude each other, in order, such as 7,2,9 (1: on its own)',
    ),
  ];
  for (const option of options) command.addOption(option);
  return command;
}
