/** How long a network says the same of faces that are made small or blurred. */
import { PRESENT } from '../../clustering/features';
import { degrade, DEGRADATIONS } from '../../datasets/degrade';
import type { Robustness } from '../../domain/evaluation';
import type { LocatedFace } from '../../domain/faces';
import { alignedFaces, locatedFaces } from '../../faces/detect';
import { encodedImage, readBytes } from '../../images/decode';
import { openModel } from '../../networks/model';

/** A face whose labels are known. */
export interface LabelledFace {
  path: string | Buffer;
  /** Null where the image as a whole is the face. */
  located: LocatedFace | null;
  /** Labels of the attributes compared, in [0, 1]. */
  labels: Float32Array;
}

/** Crops the network is given at a time. */
const BATCH = 16;

/**
 * @param columns positions of the attributes compared among the model's.
 * @throws whatever the network throws; CancelledError through the signal.
 */
export async function robustness(
  faces: readonly LabelledFace[],
  columns: readonly number[],
  file: string,
  { signal, onStep }: { signal: AbortSignal; onStep: (done: number, total: number) => void },
): Promise<Robustness[]> {
  const model = await openModel(file, { provider: 'cpu' });
  const { width, height } = model.crop;
  const bytes = width * height * 3;
  const cases = DEGRADATIONS.map((each) => ({ ...each, same: 0, right: 0 }));
  let rightPlain = 0;
  let compared = 0;
  const present = async (crops: readonly Uint8Array[]): Promise<Uint8Array> => {
    const batch = new Uint8Array(crops.length * bytes);
    crops.forEach((crop, i) => {
      batch.set(crop, i * bytes);
    });
    const said = await model.infer(batch, crops.length);
    return Uint8Array.from({ length: crops.length * columns.length }, (_, at) => {
      const [face, column] = [Math.floor(at / columns.length), columns[at % columns.length]!];
      return said[face * model.attributes.length + column]! >= PRESENT ? 1 : 0;
    });
  };
  const agreeing = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).filter((value, i) => value === b[i]).length;
  try {
    for (let from = 0; from < faces.length; from += BATCH) {
      signal.throwIfAborted();
      const part = faces.slice(from, from + BATCH);
      const crops = await Promise.all(
        part.map(async ({ path, located }) => {
          const image = await encodedImage(await readBytes({ path }));
          const found =
            located === null
              ? await alignedFaces(model.crop)(image)
              : locatedFaces(image, [located], model.crop);
          return found.crop(found.regions[0]!);
        }),
      );
      const labels = part.flatMap((face) =>
        Array.from(face.labels, (label) => (label >= PRESENT ? 1 : 0)),
      );
      const plain = await present(crops);
      compared += plain.length;
      rightPlain += agreeing(plain, labels);
      for (const each of cases) {
        const now = await present(
          crops.map((data) => degrade({ data, width, height }, each.kind, each.amount)),
        );
        each.same += agreeing(now, plain);
        each.right += agreeing(now, labels);
      }
      onStep(Math.min(faces.length, from + BATCH), faces.length);
    }
  } finally {
    await model.release();
  }
  if (compared === 0) return [];
  const plain = (['size', 'blur'] as const).map((kind) => ({
    kind,
    amount: kind === 'size' ? 1 : 0,
    agreement: 1,
    accuracy: rightPlain / compared,
  }));
  return [
    ...plain,
    ...cases.map(({ kind, amount, same, right }) => ({
      kind,
      amount,
      agreement: same / compared,
      accuracy: right / compared,
    })),
  ];
}
