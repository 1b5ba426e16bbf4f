/** What can be done with a cluster, in the menus of its card and its view. */
import type { ClusterSummary } from '../../src/domain/clustering';
import type { CorrectionRequest } from '../../src/domain/corrections';
import type { CLUSTER_ACTIONS } from '../../src/protocol/panel';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { CompareClusters, Correct } from './cluster-events';
import type { MenuItem } from './menu';

/**
 * @param element dispatches what is asked for.
 * @param rename shows a field for the name.
 */
export function clusterMenu(
  { id: cluster, size, said }: ClusterSummary,
  source: Source,
  element: HTMLElement,
  rename: (() => void) | undefined,
): MenuItem[] {
  const pinned = said?.pinned !== true;
  const correct = (request: CorrectionRequest) => {
    element.dispatchEvent(new Correct(request));
  };
  const images = (action: (typeof CLUSTER_ACTIONS)[number]) => () => {
    source.send('images', { cluster, action });
  };
  const items: (MenuItem | undefined)[] = [
    rename === undefined ? undefined : { label: t('Rename'), key: 'F2', run: rename },
    {
      label: t('Note…'),
      run: () => {
        source.send('note', { cluster });
      },
    },
    {
      label: t('Color…'),
      run: () => {
        source.send('color', { cluster });
      },
    },
    {
      label: pinned ? t('Pin: keep exactly these faces') : t('Unpin'),
      run: () => {
        correct({ kind: 'pin', cluster, pinned });
      },
    },
    size < 2
      ? undefined
      : {
          label: t('Split in two'),
          run: () => {
            correct({ kind: 'split', cluster, parts: 2 });
          },
        },
    {
      label: t('Compare with…'),
      run: () => {
        element.dispatchEvent(new CompareClusters(cluster));
      },
    },
    { label: t('Copy images to a folder…'), run: images('copyImages') },
    { label: t('Copy image paths'), run: images('copyPaths') },
    { label: t('Save chart…'), run: images('saveChart') },
  ];
  return items.filter((item) => item !== undefined);
}
