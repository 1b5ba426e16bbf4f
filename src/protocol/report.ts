/** What is embedded in report.html. */
import type { PanelState } from './panel';

/** What the page's script finds in it. Bytes are in base64. */
export interface ReportData {
  state: PanelState;
  faces: Record<
    number,
    { row: number; image: string; face: number; jpeg: string; probabilities: number[] }[]
  >;
  pictures: { cluster: number; eigenface: string; components: string[]; explained: number[] }[];
}
