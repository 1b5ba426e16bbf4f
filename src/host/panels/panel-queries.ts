/** What the page of a run's panel asks of the engine. */
import type { Handlers } from '../../channel/serve';
import type { FaceAnswer } from '../../domain/faces';
import type { PANEL_QUERIES, PanelCalls } from '../../protocol/panel';
import type { RunQueries } from '../runs/run-queries';
import { learned } from '../walkthrough';
import { plainBytes, plainComponents, plainMap, withPlainJpeg } from './plain-bytes';

const plainAnswer = ({ total, faces }: FaceAnswer): FaceAnswer => ({
  total,
  faces: faces.map(withPlainJpeg),
});

export const panelQueries = (
  queries: RunQueries,
): Pick<Handlers<PanelCalls>, Exclude<(typeof PANEL_QUERIES)[number], 'componentPictures'>> => ({
  faces: async (part) => plainAnswer(await queries.faces(part)),
  typicalFaces: async (part) => {
    const answer = await queries.typicalFaces(part);
    return { ...answer, sheet: answer.sheet && plainBytes(answer.sheet) };
  },
  copies: async ({ start, count }) => {
    const answer = await queries.copies(start, count);
    return answer && { ...answer, groups: answer.groups.map((group) => group.map(withPlainJpeg)) };
  },
  ask: async (question) => {
    learned('hasAsked');
    return plainAnswer(await queries.ask(question));
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
