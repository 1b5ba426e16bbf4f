/** Recognizes images among files whose names do not say what they are. */
import { openRegular } from '../util/user-files';
import { formatOf } from './image-format';

/** Enough for the first bytes of every format, and the brands of HEIC and AVIF. */
const HEAD_BYTES = 64;

/** Formats that begin with so few fixed bytes that a text may begin with them, too. */
const DOUBTFUL: ReadonlySet<string> = new Set(['pnm', 'bmp']);

/** Whether a file begins as an image does. A file that cannot be read does not. */
export async function holdsImage(path: string | Buffer): Promise<boolean> {
  const file = await openRegular(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const format = formatOf(buffer.subarray(0, bytesRead));
    return format !== undefined && !DOUBTFUL.has(format);
  } catch {
    return false;
  } finally {
    await file.close();
  }
}
