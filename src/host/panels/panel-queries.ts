/** What the page of a run's panel asks of the engine. */
import type { Handlers } from '../../channel/serve';
import type { PANEL_QUERIES, PanelCalls } from '../../protocol/panel';
import type { RunQueries } from '../runs/run-queries';
import { learned } from '../walkthrough';
import { plainBytes, plainMap, withPlainJpeg } from './plain-bytes';

export const panelQueries = (
  queries: RunQueries,
): Pick<Handlers<PanelCalls>, (typeof PANEL_QUERIES)[number]> => ({
  faces: async ({ cluster, order, start, count }) =>
    (await queries.faces(cluster, order, start, count)).map(withPlainJpeg),
  ask: async (question) => {
    learned('hasAsked');
    const { total, faces } = await queries.ask(question);
    return { total, faces: faces.map(withPlainJpeg) };
  },
  photo: async ({ row }) => withPlainJpeg(await queries.photo(row)),
  alike: async ({ row, count }) => {
    const { by, faces } = await queries.alike(row, count);
    return { by, faces: faces.map(withPlainJpeg) };
  },
  faceCards: async ({ rows }) => (await queries.faceCards(rows)).map(withPlainJpeg),
  places: async (_, { signal }) => plainMap(await queries.places({ signal })),
  arrangedPlaces: async (_, { signal }) => plainMap(await queries.arrangedPlaces({ signal })),
  attributeValues: async ({ attribute }) => plainBytes(await queries.attributeValues(attribute)),
});
