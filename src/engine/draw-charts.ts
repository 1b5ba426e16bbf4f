/** Draws charts as PNG, in a process of their own. engine/tools.ts is its other end. */
import { forkProcess } from '../channel/child-process';
import { engineScript } from '../networks/tool-process';
import { t } from '../text/translate';
import { messageOf } from '../util/errors';
import { watchSilence } from '../util/silence';
import { makeTemporaryFolder } from '../util/temporary-folder';

export interface ChartCalls {
  drawCharts: { params: { svgs: readonly string[] }; result: Uint8Array[] };
}

/** Time in which a hundred charts are drawn many times over, in milliseconds. */
const LIMIT_MS = 60_000;
/** Charts that are drawn by one call. */
const AT_A_TIME = 100;

/**
 * @param svgs charts of this program.
 * @returns a PNG for each.
 * @throws Error where they cannot be drawn; the signal's reason.
 */
export async function drawCharts(
  svgs: readonly string[],
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  signal.throwIfAborted();
  // Fontconfig writes a list of the system's fonts there.
  const cache = await makeTemporaryFolder();
  const env = { ...process.env, XDG_CACHE_HOME: cache.path };
  const { remote, kill, ended } = forkProcess<ChartCalls>(engineScript(), ['--tool'], { env });
  const silence = watchSilence(LIMIT_MS, kill);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const drawn: Uint8Array[] = [];
    for (let start = 0; start < svgs.length; start += AT_A_TIME) {
      silence.touch();
      const some = svgs.slice(start, start + AT_A_TIME);
      drawn.push(...(await remote.call('drawCharts', { svgs: some })));
    }
    return drawn;
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(t('charts cannot be drawn as PNG: {0}', messageOf(error)), { cause: error });
  } finally {
    signal.removeEventListener('abort', kill);
    silence.stop();
    kill();
    await ended;
    await cache.remove();
  }
}
