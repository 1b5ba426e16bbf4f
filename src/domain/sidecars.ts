/** XMP side-cars: files with what is known of an image, for programs that manage photos. */

/** How they are named: `photo.jpg.xmp` as in digiKam, or `photo.xmp` as in Lightroom. */
export const SIDECAR_STYLES = ['digikam', 'lightroom'] as const;
export type SidecarStyle = (typeof SIDECAR_STYLES)[number];

/** Example of a name, by style. */
export const SIDECAR_EXAMPLES: Record<SidecarStyle, string> = {
  digikam: 'photo.jpg.xmp',
  lightroom: 'photo.xmp',
};

/** What became of the side-cars of some images. */
export interface SidecarCounts {
  written: number;
  /** Were there already, with the same content. */
  there: number;
  /** Names of other files that were there, which stay as they are. */
  kept: string[];
}
