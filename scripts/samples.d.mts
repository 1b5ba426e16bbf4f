export function samplePortraits(): Promise<string>;
export function samplePhotos(): Promise<string>;
export function detectorSource(): Promise<string>;
