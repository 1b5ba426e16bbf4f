/** Checks the input and output of an opened network, and that its metadata fit them. */
import type { InferenceSession } from 'onnxruntime-node';
import { attributeNames } from '../domain/attributes';
import type { Framing } from '../domain/networks';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import type { ModelMetadata } from './model-metadata';
import type { NetworkForm } from './network-form';
import { NETWORK_LIMITS } from './network-limits';

export interface NetworkSignature {
  crop: Framing;
  attributes: string[];
  /** Columns of attributes that exclude each other. */
  groups: number[][];
  /** Faces that it takes at a time; undefined for any number. */
  batch: number | undefined;
  /** Balanced thresholds, see `ModelMetadata`; undefined where the file has none. */
  thresholds: number[] | undefined;
  /** Names of the input and the output. */
  input: string;
  output: string;
}

/** Shapes of the input, uint8 `[n, height, width, 3]`, and the output, float32 `[n, outputs]`. */
interface Shapes {
  input: { name: string; batch: number | string | undefined; height: number; width: number };
  output: { name: string; outputs: number };
}

/**
 * @param form what network-content.ts found out; undefined for the bundled networks.
 * @throws UserError naming the file, what was expected and what it has.
 */
export function signatureOf(
  file: string,
  session: InferenceSession,
  metadata: ModelMetadata,
  form: NetworkForm | undefined,
): NetworkSignature {
  const shapes = shapesOf(session);
  if (shapes === undefined) throw notAnAttributeNetwork(file, session);
  try {
    checkLimits(shapes);
    checkMetadata(metadata, shapes);
    const { input, output } = shapes;
    return {
      crop: {
        width: input.width,
        height: input.height,
        stretch: form?.stretch ?? metadata.framing?.stretch === true,
      },
      attributes: form?.attributes ?? metadata.attributes ?? attributeNames(output.outputs),
      groups: form?.groups ?? [],
      batch: typeof input.batch === 'number' ? input.batch : undefined,
      thresholds: metadata.thresholds?.balanced,
      input: input.name,
      output: output.name,
    };
  } catch (error) {
    throw new UserError(t("the model '{0}' cannot be used: {1}", file, messageOf(error)), {
      cause: error,
    });
  }
}

/** @returns undefined where it has other inputs or outputs, types or dimensions. */
function shapesOf({ inputMetadata, outputMetadata }: InferenceSession): Shapes | undefined {
  const [[input, ...otherInputs], [output, ...otherOutputs]] = [inputMetadata, outputMetadata];
  if (otherInputs.length > 0 || otherOutputs.length > 0) return undefined;
  if (!input?.isTensor || !output?.isTensor) return undefined;
  if (input.type !== 'uint8' || output.type !== 'float32') return undefined;
  if (input.shape.length !== 4 || output.shape.length !== 2) return undefined;
  const [batch, height, width, channels] = input.shape;
  const [, outputs] = output.shape;
  if (typeof height !== 'number' || typeof width !== 'number' || channels !== 3) return undefined;
  if (typeof outputs !== 'number') return undefined;
  return {
    input: { name: input.name, batch, height, width },
    output: { name: output.name, outputs },
  };
}

function notAnAttributeNetwork(file: string, session: InferenceSession): UserError {
  const describe = (values: readonly InferenceSession.ValueMetadata[]) =>
    values
      .map((value) =>
        value.isTensor ? `${value.type} [${value.shape.join(', ')}]` : t('no tensor'),
      )
      .join(t(' and '));
  return new UserError(
    t(
      "the model '{0}' is not a face attribute network: expected one input uint8 [n, height, width, 3] and one output float32 [n, attributes]; it has the input {1} and the output {2}",
      file,
      describe(session.inputMetadata),
      describe(session.outputMetadata),
    ),
  );
}

function checkLimits({ input: { height, width }, output: { outputs } }: Shapes): void {
  const { side, outputs: maxOutputs } = NETWORK_LIMITS;
  if (![height, width].every((length) => length >= side.from && length <= side.to)) {
    throw new UserError(
      t(
        'it takes crops of {0}×{1} pixels; expected sides of {2} to {3}',
        width,
        height,
        side.from,
        side.to,
      ),
    );
  }
  if (outputs < 1 || outputs > maxOutputs) {
    throw new UserError(t('it has {0} outputs; expected 1 to {1}', outputs, count(maxOutputs)));
  }
}

function checkMetadata(
  { framing, attributes, thresholds }: ModelMetadata,
  { input: { height, width }, output: { outputs } }: Shapes,
): void {
  if (framing !== undefined && (framing.width !== width || framing.height !== height)) {
    throw new UserError(
      t(
        'its metadata describe crops of {0}×{1}, but its input takes {2}×{3}',
        framing.width,
        framing.height,
        width,
        height,
      ),
    );
  }
  for (const [entry, list] of [
    ['attributes', attributes],
    ['thresholds', thresholds?.balanced],
  ] as const) {
    if (list !== undefined && list.length !== outputs) {
      throw new UserError(
        t('it has {0} outputs, but its metadata name {1} {2}', outputs, list.length, t(entry)),
      );
    }
  }
}
