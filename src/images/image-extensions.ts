/** Of raw files of cameras, whose preview is read (images/formats/raw-preview.ts). */
const RAW_EXTENSIONS = [
  '.3fr', '.arw', '.cr2', '.cr3', '.dcr', '.dng', '.erf', '.fff', '.gpr', '.iiq', '.k25', '.kdc', '.mef', '.mos',
  '.nef', '.nrw', '.orf', '.pef', '.raf', '.rw2', '.rwl', '.sr2', '.srf', '.srw',
]; // prettier-ignore

/** Supported file extensions, in lower case. */
export const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([
  '.jpg', '.jpeg', '.jpe', '.jfif', '.jif', '.pjpeg', '.pjp', '.mpo',
  '.png', '.apng', '.webp', '.avif', '.gif', '.tif', '.tiff',
  '.heic', '.heif', '.hif', '.bmp', '.dib', '.pnm', '.pbm', '.pgm', '.ppm', '.pam', '.pfm',
  '.jxl', '.jp2', '.j2k', '.jpf', '.jpx', '.j2c', '.jpc',
  ...RAW_EXTENSIONS,
]); // prettier-ignore
