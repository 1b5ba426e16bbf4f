/** Pins that were taken back. */
import type { FaceKey } from '../domain/corrections';
import type { LoggedCorrection } from './correction-log';

/** Leaves out what pinned clusters that were unpinned later. */
export function withoutUnpinned(done: readonly LoggedCorrection[]): LoggedCorrection[] {
  const kept: LoggedCorrection[] = [];
  const keysOf = (keys: readonly FaceKey[]) =>
    keys
      .map((key) => key.join(' '))
      .sort()
      .join('\n');
  for (const each of done) {
    const { correction } = each;
    if (correction.kind === 'pin' && !correction.pinned) {
      const unpinned = keysOf(correction.cluster);
      const pin = kept.findLastIndex(
        ({ correction: earlier }) =>
          earlier.kind === 'pin' && earlier.pinned && keysOf(earlier.cluster) === unpinned,
      );
      if (pin >= 0) kept.splice(pin, 1);
    }
    kept.push(each);
  }
  return kept;
}
