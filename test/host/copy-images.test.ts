/** The questions before images are copied, and where links are refused. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyAllImages, copyFaces, copyImages } from '../../src/host/commands/copy-images';
import { fakeEngine } from '../support/fake-engine';
import { keptRun } from '../support/runs';
import { reset, shownBy, state, Uri } from '../support/vscode';

beforeEach(reset);
afterEach(reset);

async function run() {
  const engine = fakeEngine();
  const { session } = await keptRun(engine, ['/data/photos']);
  await session.load();
  const copied = vi.spyOn(session.queries, 'copyImages');
  const answer = { copied: 2, there: 0, failures: [], folder: '/out' };
  return { session, copied, answer, cluster: session.clustering!.clusters[0]! };
}

describe('copying images', () => {
  it('proposes a folder beside that of the photos', async () => {
    const { session, cluster, copied, answer } = await run();
    copied.mockResolvedValue(answer);
    const proposal = '“photos – Faces”';
    state.picks = ['Copies', proposal];
    await copyImages({ session, cluster });
    expect(copied.mock.calls[0]![0]).toEqual({
      of: 0,
      outDir: '/data/photos – Faces',
      as: 'copy',
    });
    expect(shownBy('information')).toEqual(["2 images of “Faces” copied to '/out'."]);
  });

  it('of all clusters goes where the user says', async () => {
    const { session, copied, answer } = await run();
    copied.mockResolvedValue(answer);
    state.picks = ['Symbolic links', 'Choose a folder…'];
    state.opened = [Uri.file('/elsewhere')];
    await copyAllImages(session);
    expect(copied.mock.calls[0]![0]).toEqual({
      of: null,
      outDir: '/elsewhere',
      as: 'symbolic',
    });
    expect(shownBy('information')).toEqual(["2 images of all clusters linked in '/out'."]);
  });

  it('of selected faces goes into a folder as well', async () => {
    const { session, copied, answer } = await run();
    copied.mockResolvedValue(answer);
    state.picks = ['Copies', 'Choose a folder…'];
    state.opened = [Uri.file('/elsewhere')];
    await copyFaces(session, [3, 5]);
    expect(copied.mock.calls[0]![0]).toMatchObject({ of: { rows: [3, 5] } });
    expect(shownBy('information')).toEqual(["2 images of 2 faces copied to '/out'."]);
  });

  it.each([
    [undefined, 1],
    ['Copy Instead', 2],
  ])('offers copies where links are refused: %j', async (button, calls) => {
    const { session, cluster, copied, answer } = await run();
    copied.mockResolvedValueOnce({ ...answer, copied: 0, refused: 'hard links cannot be made' });
    copied.mockResolvedValueOnce(answer);
    state.picks = ['Hard links', '“photos – Faces”'];
    state.answer = button;
    await copyImages({ session, cluster });
    expect(shownBy('warning')).toEqual(['Hard links cannot be made.']);
    expect(copied.mock.calls.map(([{ as }]) => as)).toEqual(['hard', 'copy'].slice(0, calls));
  });

  it.each([[[]], [['Copies']]])('ends where a question is not answered', async (picks) => {
    const { session, cluster, copied } = await run();
    state.picks = picks;
    await copyImages({ session, cluster });
    expect(copied).not.toHaveBeenCalled();
    expect(shownBy('information')).toEqual([]);
  });
});
