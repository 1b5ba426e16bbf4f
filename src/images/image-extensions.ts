/** Supported file extensions, in lower case. */
export const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([
  '.jpg', '.jpeg', '.jpe', '.jfif', '.jif', '.pjpeg', '.pjp', '.mpo',
  '.png', '.apng', '.webp', '.avif', '.gif', '.tif', '.tiff',
]); // prettier-ignore
