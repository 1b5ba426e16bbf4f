/** Names of the files of a run. */

export const MANIFEST = 'run.json';
export const FACES = 'faces.json';
export const PROBABILITIES = 'probabilities.f32';
export const EMBEDDINGS = 'embeddings.bin';
export const IMAGES = 'images.json';
export const CROP_PACK = 'crops.bin';
export const CROP_INDEX = 'crops.json';
export const CLUSTERING = 'clustering.json';
/** What the method made, before corrections. */
export const BASE_CLUSTERING = 'clustering-base.json';
export const PICTURES = 'pictures.json';
export const PLACES = 'places.json';
export const COMPARISON = 'comparison.json';
export const COPIES = 'copies.json';
