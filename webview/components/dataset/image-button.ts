/** An image of a data set that opens in the editor. */
import { html } from 'lit';
import type { DatasetSample } from '../../../src/domain/dataset';
import { forPage } from '../../../src/text/neutralize';
import { t } from '../../../src/text/translate';
import { imageUrl } from '../../source';
import type { DatasetHost } from './host';

export function imageButton(
  { row, image, jpeg }: Pick<DatasetSample, 'row' | 'image' | 'jpeg'>,
  host: DatasetHost,
) {
  if (jpeg === null) return html`<span class="missing">${t('not there')}</span>`;
  const open = () => {
    host.send('open', { row });
  };
  return html`<button class="face" title=${t('Open {0}', forPage(image))} @click=${open}>
    <img src=${imageUrl(jpeg, 'image/jpeg')} alt="" />
  </button>`;
}
