/** The components of the panel in report.html, with all data embedded in the page. */
import './language';
import './components/app';
import type { Source } from './source';
import { applyReportTheme } from './report-theme';
import { registerControls } from './toolkit';
import type { ReportData } from '../src/protocol/report';

const bytesOf = (base64: string) =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const text = document.getElementById('report-data')?.textContent;
if (text == null) throw new Error('this page holds no report');
const data = JSON.parse(text) as ReportData;
const faces = new Map(
  Object.entries(data.faces).map(([cluster, cards]) => [
    Number(cluster),
    cards.map((card) => ({ ...card, jpeg: bytesOf(card.jpeg) })),
  ]),
);

const app = document.createElement('fc-app');
/** A report holds some of the faces, which make neither a map nor components. */
const absent = () => Promise.reject(new Error('a report does not hold it'));
const source: Source = {
  live: false,
  faces: ({ cluster, start, count }) => {
    const all = faces.get(cluster) ?? [];
    return Promise.resolve({ total: all.length, faces: all.slice(start, start + count) });
  },
  typicalFaces: ({ cluster, count }) => {
    const all = faces.get(cluster) ?? [];
    return Promise.resolve({ total: all.length, faces: all.slice(0, count), sheet: undefined });
  },
  ask: () => Promise.resolve({ total: 0, faces: [] }),
  alike: () => Promise.resolve({ by: 'probability', faces: [] }),
  photo: () => Promise.resolve(undefined),
  faceCards: absent,
  copies: absent,
  difference: absent,
  places: absent,
  arrangedPlaces: absent,
  attributeValues: absent,
  faceComponents: absent,
  componentPictures: absent,
  clusterDistance: absent,
  available: (cluster) => faces.get(cluster)?.length ?? 0,
  select: (cluster) => {
    location.hash = cluster === null ? '' : `cluster-${String(cluster)}`;
  },
  faceWidth: () => undefined,
  keepFaceWidth: () => undefined,
  overview: () => undefined,
  keepOverview: () => undefined,
  send: () => undefined,
};
const follow = () => {
  const match = /^#cluster-(-?\d+)$/.exec(location.hash);
  const wanted = match === null ? null : Number(match[1]);
  const exists = data.state.clustering?.clusters.some(({ id }) => id === wanted) === true;
  app.panel = { ...data.state, selected: exists ? wanted : null };
};

applyReportTheme();
registerControls();
app.source = source;
follow();
app.addPictures(
  data.state.generation,
  data.pictures.map((each) => ({
    ...each,
    eigenface: bytesOf(each.eigenface),
    components: each.components.map(bytesOf),
  })),
);
window.addEventListener('hashchange', follow);
document.body.append(app);
