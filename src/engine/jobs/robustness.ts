/** Measures how far inferred attributes stay the same when faces are made smaller or blurred. */
import { PRESENT } from '../../clustering/features';
import { degrade, DEGRADATIONS } from '../../datasets/degrade';
import type { Robustness } from '../../domain/evaluation';
import { type AttributeModel, openModel } from '../../networks/model';
import { cropOf, type LabeledFace } from './labeled-face';

/** Faces that are read and inferred at a time. */
const BATCH = 16;

interface RobustnessOptions {
  signal: AbortSignal;
  onStep: (done: number, total: number) => void;
}

/**
 * @param columns positions of the attributes compared among the model's.
 * @param file path of the network.
 * @throws what the network throws; CancelledError through the signal.
 */
export async function robustness(
  faces: readonly LabeledFace[],
  columns: readonly number[],
  file: string,
  { signal, onStep }: RobustnessOptions,
): Promise<Robustness[]> {
  const model = await openModel(file, { provider: 'cpu' });
  try {
    const counter = new AgreementCounter(model, columns);
    for (let from = 0; from < faces.length; from += BATCH) {
      signal.throwIfAborted();
      await counter.add(faces.slice(from, from + BATCH));
      onStep(Math.min(faces.length, from + BATCH), faces.length);
    }
    return counter.result();
  } finally {
    await model.release();
  }
}

/** Counts on how many attributes the inferences from plain and degraded crops agree. */
class AgreementCounter {
  private compared = 0;
  /** Of those compared, the ones that have labels. */
  private labeled = 0;
  /** Inferences from plain crops that agree with the labels. */
  private rightPlain = 0;
  /** `same`: inferences as from the plain crop; `right`: those that agree with the labels. */
  private readonly cases = DEGRADATIONS.map((each) => ({ ...each, same: 0, right: 0 }));

  constructor(
    private readonly model: AttributeModel,
    private readonly columns: readonly number[],
  ) {}

  async add(faces: readonly LabeledFace[]): Promise<void> {
    const { width, height } = this.model.crop;
    const crops = await Promise.all(faces.map((face) => cropOf(face, this.model.crop)));
    const labels = faces.flatMap((face) =>
      Array.from(face.labels, (label) => (Number.isNaN(label) ? NaN : Number(label >= PRESENT))),
    );
    const plain = await this.infer(crops);
    this.compared += plain.length;
    this.labeled += labels.filter((label) => !Number.isNaN(label)).length;
    this.rightPlain += countEqual(plain, labels);
    for (const each of this.cases) {
      const { kind, amount } = each;
      const degraded = await this.infer(
        crops.map((data) => degrade({ data, width, height }, kind, amount)),
      );
      each.same += countEqual(degraded, plain);
      each.right += countEqual(degraded, labels);
    }
  }

  /** Shares of the attributes compared; empty where there is no face. */
  result(): Robustness[] {
    const { compared, labeled } = this;
    if (labeled === 0) return [];
    const accuracy = this.rightPlain / labeled;
    return [
      { kind: 'size', amount: 1, agreement: 1, accuracy },
      { kind: 'blur', amount: 0, agreement: 1, accuracy },
      ...this.cases.map(({ kind, amount, same, right }) => ({
        kind,
        amount,
        agreement: same / compared,
        accuracy: right / labeled,
      })),
    ];
  }

  /** Whether each attribute is present, `[faces, columns]`, 0 or 1. */
  private async infer(crops: readonly Uint8Array[]): Promise<Uint8Array> {
    const { model, columns } = this;
    const faceBytes = model.crop.width * model.crop.height * 3;
    const batch = new Uint8Array(crops.length * faceBytes);
    crops.forEach((crop, i) => {
      batch.set(crop, i * faceBytes);
    });
    const probabilities = await model.infer(batch, crops.length);
    return Uint8Array.from({ length: crops.length * columns.length }, (_, at) => {
      const [face, column] = [Math.floor(at / columns.length), columns[at % columns.length]!];
      return probabilities[face * model.attributes.length + column]! >= PRESENT ? 1 : 0;
    });
  }
}

const countEqual = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).filter((value, i) => value === b[i]).length;
