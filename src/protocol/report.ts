/** Data embedded in report.html. */
import type { ClusterPictures } from '../domain/faces';
import type { PanelState } from './panel';

/** Read by the page's script. Bytes are in base64. */
export interface ReportData {
  state: PanelState;
  faces: Record<
    number,
    { row: number; image: string; face: number; jpeg: string; probabilities: number[] }[]
  >;
  pictures: (Omit<ClusterPictures, 'eigenface' | 'components'> & {
    eigenface: string;
    components: string[];
  })[];
}
