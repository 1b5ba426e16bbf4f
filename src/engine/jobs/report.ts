/** Makes report.html: one page that holds the components of the panel and the data of a run. */
import { createHash } from 'node:crypto';
import type { ReportData } from '../../protocol/report';
import { readComparison } from '../../runs/comparison-file';
import { membersOf, type StoredClustering } from '../../runs/run-files';
import { unlessDamaged } from '../../runs/run-schemas';
import type { StoredRun } from '../../runs/run-store';
import { forXml } from '../../text/neutralize';
import { type PageTexts, pageTextsElement } from '../../text/page-texts';
import type { MadePictures } from '../../summaries/cluster-pictures';
import { faceCard } from './face-cards';

/** Maximum faces of a cluster in the page, the most typical first. */
export const REPORT_FACES = 60;
/** Maximum images in the page that failed, and that have no face. */
const MAX_IMAGES = 1000;

/**
 * @param made the pictures of the clusters, and of the first `REPORT_FACES` faces of each.
 * @param script the program of the page.
 * @param texts the language of the page; English without.
 * @returns the page, as HTML.
 */
export async function reportPage(
  run: StoredRun,
  stored: StoredClustering,
  made: MadePictures,
  script: string,
  texts?: PageTexts,
): Promise<string> {
  const title = run.manifest.folders.map((folder) => folder.split(/[\\/]/).pop()).join(' + ');
  const data: ReportData = {
    state: await panelState(run, stored, title),
    faces: facesOf(run, stored, made),
    pictures: made.eigenfaces.map(({ eigenface, components, ...rest }) => ({
      ...rest,
      eigenface: base64(eigenface),
      components: components.map(base64),
    })),
  };
  return pageOf(title, JSON.stringify(data), script, texts);
}

/** The state that the panel would have, if it showed the run. */
async function panelState(
  run: StoredRun,
  { clustering }: StoredClustering,
  title: string,
): Promise<ReportData['state']> {
  // `made` is of the cache, and differs each time.
  const { failures, faceless, made: _, ...manifest } = run.manifest;
  return {
    title,
    waits: false,
    run: manifest,
    failures: failures.slice(0, MAX_IMAGES),
    faceless: faceless.slice(0, MAX_IMAGES),
    clustering,
    judgement: null,
    generation: 1,
    selected: null,
    earlier: null,
    copies: null,
    progress: null,
    problem: null,
    stale: [],
    changes: null,
    settingProblems: [],
    undo: null,
    redo: null,
    settings: clustering.settings,
    own: null,
    comparison: (await readComparison(run.folder).catch(unlessDamaged)) ?? null,
  };
}

/** The most typical faces of each cluster, by its id. */
function facesOf(
  run: StoredRun,
  stored: StoredClustering,
  { cards }: MadePictures,
): ReportData['faces'] {
  const faces: ReportData['faces'] = {};
  for (const [position, { id }] of stored.clustering.clusters.entries()) {
    const rows = Array.from(membersOf(stored, position).subarray(0, REPORT_FACES));
    faces[id] = rows.map((row) => {
      const { jpeg, probabilities, ...card } = faceCard(run, row, cards.get(row)!);
      return {
        ...card,
        jpeg: base64(jpeg),
        probabilities: probabilities.map((value) => Number(value.toFixed(4))),
      };
    });
  }
  return faces;
}

/** @param json data of the page. */
function pageOf(title: string, json: string, script: string, texts: PageTexts | undefined): string {
  // As an escape of JSON, '<' cannot end the script element early.
  const data = json.replaceAll('<', '\\u003c');
  const program = script.replaceAll('</script', '<\\/script');
  const hash = createHash('sha256').update(program).digest('base64');
  return `<!doctype html>
<html lang="${forXml(texts?.language ?? 'en')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<title>${forXml(`Face Clusters: ${title}`)}</title>
</head>
<body>
${pageTextsElement(texts)}<script type="application/json" id="report-data">${data}</script>
<script>${program}</script>
</body>
</html>
`;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
