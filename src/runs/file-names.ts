/** Names of the files of a run. */

export const MANIFEST = 'run.json';
export const FACES = 'faces.json';
export const PROBABILITIES = 'probabilities.f32';
export const EMBEDDINGS = 'embeddings.bin';
export const IMAGES = 'images.json';
export const CROP_PACK = 'crops.bin';
export const CROP_INDEX = 'crops.json';
export const CLUSTERING = 'clustering.json';
export const PICTURES = 'pictures.json';
export const COMPARISON = 'comparison.json';
