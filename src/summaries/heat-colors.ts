/** Color-blind safe colors of heat maps: ColorBrewer's RdBu and Blues, without the extremes. */
import { scaleLinear } from 'd3-scale';

/** Of a value in [-1, 1]: blue for negative, red for positive. */
export const correlationColor = scaleLinear<string>(
  [-1, 0, 1],
  ['#2166ac', '#f7f7f7', '#b2182b'],
).clamp(true);

/** Of a share in [0, 1]. */
export const shareColor = scaleLinear<string>([0, 1], ['#f7fbff', '#08519c']).clamp(true);
