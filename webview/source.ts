/**
 * Where the components get what they show: from the extension host, or from the report they are
 * part of.
 */
import type { FaceOrder } from '../src/domain/clustering';
import type { FaceCard, PhotoView } from '../src/domain/faces';
import type { WebviewMessage } from '../src/protocol/panel';

export interface Source {
  /** Faces of a cluster (a report holds the most typical only, in their order). */
  faces(cluster: number, order: FaceOrder, start: number, count: number): Promise<FaceCard[]>;
  /** The photo of a face; undefined where photos are not to be had (in a report). */
  photo(row: number): Promise<PhotoView | undefined>;
  /** Faces there are to be had of a cluster of that size (a report holds only the first). */
  available(cluster: number, size: number): number;
  /** Sends what the user wants; a report has no one to send it to. */
  send(message: WebviewMessage): void;
  /** Whether anything can be changed: not in a report. */
  readonly live: boolean;
}

const urls = new WeakMap<Uint8Array, string>();
const finalizer = new FinalizationRegistry<string>((url) => {
  URL.revokeObjectURL(url);
});

/** URL of an encoded image in memory; let go of with the bytes. */
export function imageUrl(bytes: Uint8Array, type: 'image/jpeg' | 'image/png'): string {
  let url = urls.get(bytes);
  if (url === undefined) {
    url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
    urls.set(bytes, url);
    finalizer.register(bytes, url);
  }
  return url;
}
