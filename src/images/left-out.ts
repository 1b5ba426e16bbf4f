/** Which files and folders below a chosen folder are left out of a scan. */
import { extname } from 'node:path';
import type { LeftOut } from '../domain/run';

/**
 * Folders without photos of the user's, in lower case: recycle bins, previews, and the system
 * folders of operating systems, NAS (Synology, QNAP, TrueNAS, WD) and cameras.
 */
const FOLDERS: ReadonlySet<string> = new Set([
  '$recycle.bin', 'recycler', 'recycled', '#recycle', '@recycle', 'lost+found',
  'system volume information', '__macosx', 'node_modules',
  '@eadir', '@tmp', '@sharebin', '@sharesnap', '#snapshot', '@recently-snapshot', '@__thumb', '@thumb',
  'wdmc', 'thmbnl', 'canonmsc', 'avf_info',
]); // prettier-ignore

/** Folders of previews that belong to catalogs of photos (Lightroom, Capture One). */
const FOLDER_ENDINGS = ['.lrdata', '.cocatalogdb', '.cosessiondb'];

/** Libraries of Photos, iPhoto and Aperture; only these folders in them hold the photos. */
const LIBRARY_ENDINGS = ['.photoslibrary', '.photolibrary', '.aplibrary'];
const LIBRARY_FOLDERS: ReadonlySet<string> = new Set(['originals', 'masters']);

/**
 * Whether a folder is left out because of its name. Hidden folders are.
 * @param parent name of the folder it lies in.
 */
export function isFolderLeftOut(name: string, parent: string): boolean {
  const lower = name.toLowerCase();
  return (
    name.startsWith('.') ||
    FOLDERS.has(lower) ||
    endsWithOne(lower, FOLDER_ENDINGS) ||
    (endsWithOne(parent.toLowerCase(), LIBRARY_ENDINGS) && !LIBRARY_FOLDERS.has(lower))
  );
}

const endsWithOne = (name: string, endings: readonly string[]) =>
  endings.some((ending) => name.endsWith(ending));

/** Extensions of images and videos that are not read, in lower case. */
const UNREAD: ReadonlySet<string> = new Set([
  '.svg', '.psd', '.psb', '.xcf', '.kra', '.ai', '.eps', '.ico', '.icns', '.tga', '.dds', '.exr', '.hdr',
  '.fits', '.fit', '.pcx', '.wdp', '.jxr', '.hdp', '.jls', '.heics', '.avifs', '.dcm', '.nii', '.braw', '.r3d',
  '.mov', '.mp4', '.m4v', '.avi', '.mkv', '.webm', '.mts', '.m2ts', '.3gp', '.wmv', '.mpg', '.mpeg', '.insv',
  '.zip', '.tar', '.tgz', '.7z', '.rar', '.parquet',
]); // prettier-ignore

/**
 * The kind under which a file is counted that looks like an image, a video or an archive of images
 * but is not read: its extension without the dot; undefined for other files.
 */
export function unreadKind(name: string): string | undefined {
  const extension = extname(name).toLowerCase();
  return UNREAD.has(extension) ? extension.slice(1) : undefined;
}

/** Names of folders that are kept, at most. */
const MAX_NAMED_FOLDERS = 20;

export const nothingLeftOut = (): LeftOut => ({
  unread: {},
  hidden: 0,
  folders: { count: 0, names: [] },
  exported: 0,
  excluded: 0,
  links: 0,
});

export function addUnread({ unread }: LeftOut, kind: string): void {
  unread[kind] = (unread[kind] ?? 0) + 1;
}

export function addFolder({ folders }: LeftOut, name: string): void {
  folders.count += 1;
  if (folders.names.length < MAX_NAMED_FOLDERS) folders.names.push(name);
}
