/** The beginning of all charts that are written as SVG files. */
import { forXml } from '../text/neutralize';

/**
 * Opening tag, white background and heading of a chart. The caller escapes further text with
 * `forXml` and adds `</svg>`.
 */
export function svgHead(title: string, width: number, height: number, fontSize: number): string {
  const text = forXml(title);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="${fontSize}" role="img" aria-label="${text}">`,
    `<title>${text}</title><rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="12" y="22" font-size="14" font-weight="600">${text}</text>`,
  ].join('\n');
}
