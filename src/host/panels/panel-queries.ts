/** What the page of a run's panel asks of the engine. */
import type { Handlers } from '../../channel/serve';
import type { PANEL_QUERIES, PanelCalls } from '../../protocol/panel';
import type { RunQueries } from '../runs/run-queries';
import { plainBytes, plainComponents, plainMap, withPlainJpeg } from './plain-bytes';

export const panelQueries = (
  queries: RunQueries,
): Pick<Handlers<PanelCalls>, Exclude<(typeof PANEL_QUERIES)[number], 'componentPictures'>> => ({
  faces: async (part) => (await queries.faces(part)).map(withPlainJpeg),
  ask: async (question) => {
    const { total, faces } = await queries.ask(question);
    return { total, faces: faces.map(withPlainJpeg) };
  },
  photo: async ({ row }) => withPlainJpeg(await queries.photo(row)),
  alike: async ({ row, count }) => {
    const { by, faces } = await queries.alike(row, count);
    return { by, faces: faces.map(withPlainJpeg) };
  },
  faceCards: async ({ rows }) => (await queries.faceCards(rows)).map(withPlainJpeg),
  difference: ({ id }) => queries.difference(id),
  places: async (_, { signal }) => plainMap(await queries.places({ signal })),
  arrangedPlaces: async (_, { signal }) => plainMap(await queries.arrangedPlaces({ signal })),
  faceComponents: async ({ cluster }) => plainComponents(await queries.faceComponents(cluster)),
  clusterDistance: ({ clusters }) => queries.clusterDistance(clusters),
  attributeValues: async ({ attribute }) => plainBytes(await queries.attributeValues(attribute)),
});
