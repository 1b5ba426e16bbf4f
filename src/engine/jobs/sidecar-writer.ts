/** Makes XMP side-cars of the images of a run, and writes those that are not there yet. */
import { rm, writeFile } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';
import { NOT_FACES } from '../../domain/corrections';
import { readableAttribute } from '../../domain/attributes';
import type { SidecarCounts, SidecarStyle } from '../../domain/sidecars';
import { analysisSettingsSchema } from '../../domain/settings';
import { type ImageLimits, imageLimits } from '../../images/image-limits';
import { storedRegion, storedSize } from '../../images/stored-box';
import { clusterLabels, type StoredClustering } from '../../runs/run-files';
import { imagePath } from '../../runs/run-store';
import { clusterNames } from '../../summaries/cluster-names';
import { type SidecarContent, type Tag, xmpSidecar } from '../../summaries/xmp';
import { t } from '../../text/translate';
import { FILE_MODE, openRegular, publishNew } from '../../util/user-files';
import type { OpenRun } from '../open-runs';
import { readStoredForm } from '../render-images';
import { type FaceRows, isPresent, rowsOfRun } from './face-rows';

/** Roots of the keywords; digiKam takes those below `People` for names. */
const ROOTS = { person: 'People', cluster: 'Clusters', attribute: 'Face attributes' } as const;

/** Maximum size of an existing side-car that is compared, in bytes. */
const MAX_COMPARED = 1e6;

/** An image of a run, by the row of one of its faces. */
export interface RunImage {
  row: number;
  path: string | Buffer;
  /** Path below its folder, for people. */
  name: string;
}

export class SidecarWriter {
  readonly counts: SidecarCounts = { written: 0, there: 0, kept: [] };
  private readonly rows: FaceRows;
  private readonly labels: Int32Array;
  private readonly limits: ImageLimits;
  private readonly words: ReadonlyMap<number, string>;
  private readonly givenNames: ReadonlyMap<number, string | undefined>;

  constructor(
    private readonly run: OpenRun,
    stored: StoredClustering,
    private readonly style: SidecarStyle,
    private readonly signal: AbortSignal,
  ) {
    const { clusters, overall } = stored.clustering;
    this.rows = rowsOfRun(run, stored);
    this.labels = clusterLabels(stored);
    this.words = clusterNames(clusters, overall);
    this.givenNames = new Map(clusters.map(({ id, said }) => [id, said?.name]));
    this.limits = imageLimits(analysisSettingsSchema.parse(run.manifest.settings));
  }

  /**
   * Writes the side-car of an image, if there is no file of that name.
   * @param image path of the image or its copy, beside which it is written.
   * @param temporary an unused path in the same file system.
   * @throws Error saying why the image cannot be read; a system error; the signal's reason.
   */
  async write(row: number, image: string | Buffer, temporary: string): Promise<void> {
    const text = xmpSidecar(await this.contentOf(row));
    const path = sidecarPath(image, this.style);
    try {
      await writeFile(temporary, text, { flag: 'wx', mode: FILE_MODE });
      if (await publishNew(temporary, path)) this.counts.written += 1;
      else if (await hasText(path, text)) this.counts.there += 1;
      else this.counts.kept.push(path.toString());
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private async contentOf(row: number): Promise<SidecarContent> {
    const rows = this.facesOf(row);
    return { tags: rows.flatMap((each) => this.tagsOf(each)), regions: await this.regionsOf(rows) };
  }

  /** All faces of the image of a face: their rows are adjacent. */
  private facesOf(row: number): number[] {
    const { image, folder } = this.run.faces;
    const isSame = (other: number) => image[other] === image[row] && folder[other] === folder[row];
    let first = row;
    while (first > 0 && isSame(first - 1)) first -= 1;
    const rows: number[] = [];
    for (let other = first; isSame(other); other++)
      if (this.labels[other] !== NOT_FACES) rows.push(other);
    return rows;
  }

  private tagsOf(row: number): Tag[] {
    const { attributes, present } = this.rows;
    const id = this.labels[row]!;
    const name = this.givenNames.get(id);
    const words = id < 0 ? undefined : this.words.get(id);
    return [
      ...(name === undefined ? [] : [{ root: ROOTS.person, text: name }]),
      ...(words === undefined ? [] : [{ root: ROOTS.cluster, text: words }]),
      ...attributes
        .filter((_, column) => isPresent(present[row * attributes.length + column]!))
        .map((attribute) => ({ root: ROOTS.attribute, text: readableAttribute(attribute) })),
    ];
  }

  private async regionsOf(rows: readonly number[]): Promise<SidecarContent['regions']> {
    const { faces } = this.run;
    const located = rows.flatMap((row) => {
      const box = faces.box[row];
      return box == null ? [] : [{ row, box }];
    });
    const [first] = located;
    if (first === undefined) return undefined;
    const { limits, signal } = this;
    const form = await readStoredForm(imagePath(this.run, first.row), { limits, signal });
    if ('reason' in form) throw new Error(form.reason);
    const [width, height] = [faces.imageWidth?.[first.row], faces.imageHeight?.[first.row]];
    if ((width ?? form.width) !== form.width || (height ?? form.height) !== form.height)
      throw new Error(t('it was changed since its faces were found'));
    return {
      size: storedSize(form, form.orientation),
      faces: located.flatMap(({ row, box }) => {
        const region = storedRegion(box, form, form.orientation);
        const name = this.givenNames.get(this.labels[row]!);
        return region === undefined ? [] : [{ ...region, name }];
      }),
    };
  }
}

/** Path of the side-car beside an image. */
function sidecarPath(image: string | Buffer, style: SidecarStyle): string | Buffer {
  if (typeof image !== 'string') {
    // In latin1, each byte is one character.
    const path = sidecarPath(image.toString('latin1'), style) as string;
    return Buffer.from(path, 'latin1');
  }
  if (style === 'digikam') return `${image}.xmp`;
  const { dir, name } = parse(image);
  return `${dir === '' || dir.endsWith(sep) ? dir : dir + sep}${name}.xmp`;
}

/** Whether a file has a text as its content. */
async function hasText(path: string | Buffer, text: string): Promise<boolean> {
  const file = await openRegular(path);
  if (file === undefined) return false;
  try {
    if ((await file.stat()).size > MAX_COMPARED) return false;
    return (await file.readFile('utf8')) === text;
  } finally {
    await file.close();
  }
}

/** A path of an image below a folder, for its side-car. */
export const pathBelow = (folder: string, name: string): string => join(folder, ...name.split('/'));
