/** Merges clusters by dropping them onto another one in the side panel. */
import * as vscode from 'vscode';
import * as z from 'zod';
import { said } from '../../text/said';
import { t } from '../../text/translate';
import { messageOf } from '../../util/errors';
import { correct } from '../runs/correct';
import { showError } from '../outlets';
import type { Node } from './run-tree';

const MIME = 'application/vnd.code.tree.faceclusters.runs';

/** What is dragged. Another extension could put anything there. */
const draggedSchema = z.object({ run: z.string(), clusters: z.array(z.int()).min(1) });

export class ClusterDrag implements vscode.TreeDragAndDropController<Node> {
  readonly dragMimeTypes = [MIME];
  readonly dropMimeTypes = [MIME];

  /** Clusters of one run can be dragged together. */
  handleDrag(nodes: readonly Node[], data: vscode.DataTransfer): void {
    const [first] = nodes;
    const clusters = nodes.flatMap((node) =>
      node.kind === 'cluster' && node.session === first?.session ? [node.cluster.id] : [],
    );
    if (first === undefined || clusters.length === 0) return;
    const dragged = { run: first.session.id, clusters };
    data.set(MIME, new vscode.DataTransferItem(JSON.stringify(dragged)));
  }

  async handleDrop(target: Node | undefined, data: vscode.DataTransfer): Promise<void> {
    if (target?.kind !== 'cluster') return;
    const { session, cluster } = target;
    try {
      const text = await data.get(MIME)?.asString();
      const dragged = draggedSchema.safeParse(JSON.parse(text ?? 'null')).data;
      if (dragged === undefined) return;
      if (dragged.run !== session.id) {
        void showError(t('Face Clusters: clusters of different folders cannot be merged.'));
        return;
      }
      const others = dragged.clusters.filter((id) => id !== cluster.id && id >= -1);
      if (others.length === 0 || cluster.id < -1) return;
      session.allow();
      await correct(session, { kind: 'merge', into: cluster.id, others });
    } catch (error) {
      void showError(`Face Clusters: ${said(messageOf(error))}`);
    }
  }
}
