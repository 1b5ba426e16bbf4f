export function samplePortraits(): Promise<string>;
export function samplePhotos(): Promise<string>;
