/** Collects operators that are added to a graph, with names that it does not have. */
import { type NodeAttributes, nodeMessage } from './onnx-writer';

export class GraphWriter {
  private nodes: Uint8Array[] = [];
  private count = 0;

  /** @param names of the graph's values. */
  constructor(private readonly names: ReadonlySet<string>) {}

  /** A name that no value has. */
  unique(name: string): string {
    let unique = name;
    while (this.names.has(unique)) unique = `${name}_${++this.count}`;
    return unique;
  }

  /**
   * Adds an operator with one output.
   * @param output its name; a new one by default.
   * @returns the name of its output.
   */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: NodeAttributes = {},
    output = this.unique(`face_clusters/${++this.count}`),
  ): string {
    this.nodes.push(nodeMessage(operator, inputs, output, attributes));
    return output;
  }

  /**
   * Adds a constant: a node, since initializers are inputs in old files.
   * @param tensor a TensorProto.
   */
  constant(tensor: Uint8Array): string {
    return this.add('Constant', [], { value: tensor });
  }

  /** The operators since the last call, as NodeProtos. */
  take(): Uint8Array[] {
    const { nodes } = this;
    this.nodes = [];
    return nodes;
  }
}
