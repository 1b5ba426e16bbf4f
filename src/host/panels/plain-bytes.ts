import type { FaceComponents } from '../../domain/faces';
import type { FaceMap } from '../../domain/face-map';

/**
 * A copy in a buffer of its own. VS Code would send a Node.js `Buffer` to a webview as a JSON array
 * of numbers; a plain array is sent as bytes.
 */
export const plainBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** A picture whose image can be sent to a webview. */
export const withPlainJpeg = <Picture extends { jpeg: Uint8Array | null }>(
  picture: Picture,
): Picture => ({
  ...picture,
  jpeg: picture.jpeg && plainBytes(picture.jpeg),
});

/** A map whose arrays have buffers of their own: VS Code would send all of a shared one. */
export const plainMap = (map: FaceMap): FaceMap => ({
  ...map,
  places: new Float32Array(map.places),
  clusters: new Int32Array(map.clusters),
});

/** Components whose values have a buffer of their own. */
export const plainComponents = (components: FaceComponents): FaceComponents => ({
  ...components,
  values: new Int8Array(components.values),
});
