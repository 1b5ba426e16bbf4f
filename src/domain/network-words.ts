/**
 * What can be said of a network that its file does not say: by options of the command line, by
 * answers in VS Code, in the metadata of the file, or in a file beside it. All of it is text, which
 * src/networks/parse-words.ts reads.
 */
export const NETWORK_WORDS = [
  /** Mean of each color, or `imagenet`: a pixel becomes (pixel / scale − mean) / std. */
  'mean',
  /** Standard deviation of each color. */
  'std',
  /** 255 for mean and std of pixels from 0 to 1; 1 for pixels from 0 to 255. */
  'scale',
  /** `nchw` or `nhwc`, where the shape of the input does not tell. */
  'layout',
  /** `rgb` or `bgr`. */
  'channels',
  /** Sides of the input in pixels, `224` or `WIDTHxHEIGHT`, where its shape does not tell. */
  'size',
  /** How aligned images are fitted to the input: `cut` or `stretch`. */
  'framing',
  /** Names of the outputs that are used, if not all are. */
  'outputs',
  /** Names of all values of the outputs, in order. */
  'names',
  /** What is still to be applied: `sigmoid`, `softmax` or `none`, for all outputs or for each. */
  'activation',
  /** Numbers of values that exclude each other, in order: `7,2,9`. */
  'groups',
] as const;

export type NetworkWord = (typeof NETWORK_WORDS)[number];

/** Texts by word; a word that nothing is said of is missing. */
export type NetworkWords = Partial<Record<NetworkWord, string>>;

/** A word without which a network cannot be used. */
export interface MissingWord {
  word: NetworkWord;
  /** Why it is needed, for people. */
  reason: string;
  /** What to say. */
  help: string;
}
