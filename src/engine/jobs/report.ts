/**
 * report.html: the panel's own components and a run's clusters in one page that needs nothing else.
 */
import { createHash } from 'node:crypto';
import type { ClusterPictures } from '../../domain/faces';
import type { ReportData } from '../../protocol/report';
import { membersOf, readComparison, type StoredClustering } from '../../runs/run-files';
import { unlessDamaged } from '../../runs/run-schemas';
import type { StoredRun } from '../../runs/run-store';
import { forXml } from '../../text/neutralize';
import { faceCards } from './inspect';

/**
 * Faces of a cluster that are embedded, the most typical first; the page says how many there are in
 * all.
 */
const FACES = 60;

export async function reportPage(
  run: StoredRun,
  stored: StoredClustering,
  pictures: ClusterPictures[],
  script: string,
): Promise<string> {
  const { failures, faceless, ...manifest } = run.manifest;
  const { clustering } = stored;
  const title = manifest.folders.map((folder) => folder.split(/[\\/]/).pop()).join(' + ');
  const data: ReportData = {
    state: {
      title,
      waits: false,
      run: manifest,
      failures: failures.slice(0, 1000),
      faceless: faceless.slice(0, 1000),
      clustering,
      generation: 1,
      selected: null,
      progress: null,
      problem: null,
      stale: [],
      changes: null,
      settingProblems: [],
      undo: null,
      settings: clustering.settings,
      comparison: (await readComparison(run.folder).catch(unlessDamaged)) ?? null,
    },
    faces: {},
    pictures: pictures.map(({ eigenface, components, ...rest }) => ({
      ...rest,
      eigenface: base64(eigenface),
      components: components.map(base64),
    })),
  };
  for (const [position, { id }] of clustering.clusters.entries()) {
    const cards = await faceCards(run, Array.from(membersOf(stored, position).subarray(0, FACES)));
    data.faces[id] = cards.map((card) => ({
      ...card,
      jpeg: base64(card.jpeg),
      probabilities: card.probabilities.map((value) => Number(value.toFixed(4))),
    }));
  }
  // '<' cannot end the script element early when it is written as an escape of JSON.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  const program = script.replaceAll('</script', '<\\/script');
  const hash = createHash('sha256').update(program).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<title>${forXml(`Face Clusters: ${title}`)}</title>
</head>
<body>
<script type="application/json" id="report-data">${json}</script>
<script>${program}</script>
</body>
</html>
`;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
