/** Names of entries of .zip files. */
import { isUtf8 } from 'node:buffer';
import { crc32 } from '../util/crc32';

const UTF8 = 1 << 11;
/** Extra field of Info-ZIP: the name in UTF-8. */
const UNICODE_PATH = 0x7075;

/** The upper half of code page 437, which names are in that are not UTF-8. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0';

/**
 * Decodes a name as the standard has it (APPNOTE.TXT, appendix D), except that UTF-8 need not be
 * marked: macOS does not mark it. Words in code page 437 are no UTF-8 by chance, as their letters
 * would have to stand beside its lines.
 * @param flags general purpose bit flag.
 * @param extra the extra field.
 */
export function zipName(raw: Buffer, flags: number, extra: Buffer): string {
  if ((flags & UTF8) !== 0) return raw.toString('utf8');
  const latin = raw.toString('latin1');
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\x00-\x7f]*$/.test(latin)) return latin;
  const unicode = extraField(extra, UNICODE_PATH);
  // A program that knows nothing of this field may have changed the name: then it does not apply.
  if (unicode !== undefined && unicode.length > 5 && unicode.readUInt32LE(1) === crc32(raw))
    return unicode.toString('utf8', 5);
  if (isUtf8(raw)) return raw.toString('utf8');
  return latin.replaceAll(/[\x80-\xff]/g, (character) => CP437[character.charCodeAt(0) - 0x80]!);
}

/** Data of an extra field; undefined where there is none. */
export function extraField(extra: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) return undefined;
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}
