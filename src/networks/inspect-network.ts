/**
 * Static check of a network file that comes from elsewhere, before ONNX Runtime sees it. An ONNX
 * file is a protocol buffer that may refer to other files, contain loops and functions that call
 * each other, and request terabytes of memory in a few bytes. Field numbers are those of onnx.proto
 * (ONNX 1.19).
 *
 * Where a field occurs twice, the runtime takes the last one or merges both. Here every occurrence
 * has to pass.
 */
import { excerpt } from '../text/excerpt';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { inspectTensor, MAX_CONSTANT_LENGTH, STRING } from './inspect-tensor';
import { NETWORK_LIMITS } from './network-limits';
import { isSupportedOperator, SIZE_ATTRIBUTES } from './network-operators';
import { checkConstantSizes, checkShapesAreFixed, checkSizes, type Node } from './network-sizes';
import { DamagedMessage, FieldReader, messageIn, signedVarints, textOf } from './protobuf-fields';

/**
 * @param bytes content of an ONNX file.
 * @throws UserError naming what is not supported and how to avoid it, but not the file.
 */
export function inspectNetwork(bytes: Uint8Array): void {
  try {
    new Inspection().model(bytes);
  } catch (error) {
    if (!(error instanceof DamagedMessage)) throw error;
    throw new UserError(t('it is not an ONNX model, or the file is damaged: {0}', error.message), {
      cause: error,
    });
  }
}

class Inspection {
  private readonly reader = new FieldReader();
  private readonly nodes: Node[] = [];
  /** Names of the graph's inputs. */
  private readonly inputs: string[] = [];
  private readonly initializers = new Set<string>();
  /** Numbers of small constants, by the name of the value. */
  private readonly constants = new Map<string, number[]>();

  model(bytes: Uint8Array): void {
    // ONNX Runtime recognizes its own format by these letters. It cannot be inspected here.
    if (textOf(bytes.subarray(4, 8)) === 'ORTM') {
      throw new UserError(t("it is in ONNX Runtime's own format (.ort): expected an ONNX file"));
    }
    let graphs = 0;
    this.reader.read(bytes, (field, value) => {
      switch (field) {
        case 7:
          graphs += 1;
          this.graph(messageIn(value));
          break;
        case 20:
          throw new UserError(t('it contains training graphs: export it for inference'));
        case 25:
          throw new UserError(
            t(
              'it contains local functions: inline them with onnx.inliner.inline_local_functions(model)',
            ),
          );
      }
    });
    if (graphs === 0) throw new DamagedMessage(t('it has no graph'));
    checkConstantSizes(this.nodes, this.constants);
    checkShapesAreFixed(
      this.nodes,
      this.inputs.filter((name) => !this.initializers.has(name)),
    );
  }

  private graph(graph: Uint8Array): void {
    this.reader.read(graph, (field, value) => {
      switch (field) {
        case 1:
          this.node(messageIn(value));
          break;
        case 5: {
          const { name, numbers } = inspectTensor(messageIn(value), this.reader);
          this.initializers.add(name);
          if (numbers !== undefined) this.constants.set(name, numbers);
          break;
        }
        case 11:
          this.inputs.push(this.value(messageIn(value)));
          break;
        case 12:
        case 13:
          this.value(messageIn(value));
          break;
        case 15:
          throw new UserError(t('it contains sparse tensors: expected dense ones'));
      }
    });
  }

  private node(bytes: Uint8Array): void {
    if (this.nodes.length >= NETWORK_LIMITS.nodes) {
      throw new UserError(t('it has more than {0} operators', count(NETWORK_LIMITS.nodes)));
    }
    const node: Node = { operator: '', inputs: [], outputs: [] };
    let domain: string | undefined;
    let operator: string | undefined;
    const attributes: Uint8Array[] = [];
    this.reader.read(bytes, (field, value) => {
      if (field === 1) node.inputs.push(textOf(value));
      if (field === 2) node.outputs.push(textOf(value));
      if (field === 5) attributes.push(messageIn(value));
      if ((field === 4 ? operator : field === 7 ? domain : undefined) !== undefined) {
        throw new DamagedMessage(t('it names the operator of a node twice'));
      }
      if (field === 4) operator = textOf(value);
      if (field === 7) domain = textOf(value);
    });
    node.operator = operator ?? '';
    checkOperator(domain ?? '', node.operator);
    this.nodes.push(node);
    for (const attribute of attributes) this.attribute(attribute, node);
  }

  private attribute(bytes: Uint8Array, { operator, outputs }: Node): void {
    let name = '';
    let ints: number[] = [];
    let numbers: number[] | undefined;
    this.reader.read(bytes, (field, value) => {
      switch (field) {
        case 1:
          name = textOf(value);
          break;
        case 3:
          numbers = signedVarints(value, 1);
          break;
        case 5:
        case 10:
          ({ numbers } = inspectTensor(messageIn(value), this.reader));
          break;
        case 6:
        case 11:
          throw new UserError(
            t(
              "its operator '{0}' contains a subgraph: expected a graph without branches and loops",
              excerpt(operator),
            ),
          );
        case 8:
          ints = ints
            .concat(signedVarints(value, MAX_CONSTANT_LENGTH))
            .slice(0, MAX_CONSTANT_LENGTH);
          break;
        case 14:
        case 15:
          throw new UserError(
            t("its operator '{0}' uses types other than tensors", excerpt(operator)),
          );
        case 22:
        case 23:
          throw new UserError(t('it contains sparse tensors: expected dense ones'));
      }
    });
    if (operator === 'Cast' && name === 'to' && numbers?.[0] === STRING)
      throw new UserError(t('it converts numbers to text, which is not supported'));
    if (operator === 'Constant' && outputs[0] !== undefined) {
      const constant = ints.length > 0 ? ints : numbers;
      if (constant !== undefined) this.constants.set(outputs[0], constant);
    }
    if (SIZE_ATTRIBUTES.has(name)) checkSizes(operator, ints);
  }

  /**
   * Checks that an input, an output or an intermediate value is a tensor.
   * @returns its name.
   */
  private value(bytes: Uint8Array): string {
    let name = '';
    this.reader.read(bytes, (field, value) => {
      if (field === 1) name = textOf(value);
      if (field === 2) {
        this.reader.read(messageIn(value), (kind) => {
          if (kind === 1 || kind === 6) return; // a tensor, or a denotation
          throw new UserError(
            t("its value '{0}' is not a tensor: expected tensors only", excerpt(name)),
          );
        });
      }
    });
    return name;
  }
}

const RECURRENT: ReadonlySet<string> = new Set(['GRU', 'LSTM', 'RNN']);

function checkOperator(domain: string, operator: string): void {
  if (isSupportedOperator(domain, operator)) return;
  const name = excerpt(domain === '' ? operator : `${domain}.${operator}`);
  if (RECURRENT.has(operator))
    throw new UserError(
      t(
        "it contains the operator '{0}': a recurrent network, for text, sound or sequences, cannot be used; expected one for images",
        name,
      ),
    );
  throw new UserError(
    t(
      "it contains the operator '{0}', which is not supported: expected operators of ONNX that compute tensors from tensors, without branches, loops, randomness, text or files",
      name,
    ),
  );
}
