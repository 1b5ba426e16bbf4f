/** The questions before XMP side-cars are written. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyImages } from '../../src/host/commands/copy-images';
import { writeSidecars } from '../../src/host/commands/write-sidecars';
import { fakeEngine } from '../support/fake-engine';
import { keptRun } from '../support/runs';
import { reset, shownBy, state } from '../support/vscode';

beforeEach(reset);
afterEach(reset);

async function run() {
  const { session } = await keptRun(fakeEngine(), ['/data/photos']);
  await session.load();
  const result = { written: 2, there: 0, kept: [], failures: [] };
  const written = vi.spyOn(session.queries, 'writeSidecars').mockResolvedValue(result);
  return { session, written };
}

describe('writing names and tags', () => {
  it('proposes a folder beside that of the photos', async () => {
    const { session, written } = await run();
    state.picks = ['photo.jpg.xmp', '“photos – XMP”'];
    await writeSidecars(session);
    const params = { outDir: '/data/photos – XMP', style: 'digikam' };
    expect(written.mock.calls[0]![0]).toEqual(params);
    expect(shownBy('information')).toEqual(['2 XMP side-cars written.']);
  });

  it.each([
    [undefined, 0],
    ['Write Beside the Photos', 1],
  ])('goes beside the photos only after a further question: %j', async (answer, calls) => {
    const { session, written } = await run();
    state.picks = ['photo.xmp', 'Beside each photo'];
    state.answer = answer;
    await writeSidecars(session);
    expect(shownBy('warning')[0]).toBe("Write 1 file into 'photos'?");
    expect(written).toHaveBeenCalledTimes(calls);
    if (calls > 0) expect(written.mock.calls[0]![0]).toEqual({ outDir: null, style: 'lightroom' });
  });

  it('names what is kept and what is left out', async () => {
    const { session, written } = await run();
    written.mockResolvedValue({
      written: 0,
      there: 1,
      kept: ['/data/photos/a.xmp', '/data/photos/b.xmp'],
      failures: [{ image: 'c.jpg', reason: 'no permission' }],
    });
    state.picks = ['photo.xmp', '“photos – XMP”'];
    await writeSidecars(session);
    expect(shownBy('warning')).toEqual([
      "0 XMP side-cars written. 1 side-car was there already. 2 side-cars of other programs kept as they are, the first 'a.xmp'. " +
        "1 image left out; the first, 'c.jpg': no permission.",
    ]);
  });

  it('comes with copies', async () => {
    const { session } = await run();
    const copied = vi.spyOn(session.queries, 'copyImages').mockResolvedValue({
      copied: 1,
      there: 0,
      failures: [],
      folder: '/out',
      sidecars: { written: 1, there: 0, kept: [] },
    });
    state.picks = ['Copies with names and tags', 'photo.jpg.xmp', '“photos – Faces”'];
    await copyImages({ session, cluster: session.clustering!.clusters[0]! });
    expect(copied.mock.calls[0]![0]).toMatchObject({ as: 'copy', sidecars: 'digikam' });
    expect(shownBy('information')).toEqual([
      "1 image of “Faces” copied to '/out'. 1 XMP side-car written.",
    ]);
  });
});
