/** A notebook (Jupyter, nbformat 4.4) that loads the results it lies beside. */
import type { TableFormat } from '../domain/settings';

const READ: Record<TableFormat, string> = {
  csv: 'faces = pd.read_csv(FOLDER / "faces.csv", keep_default_na=False, na_values=[""])',
  jsonl: 'faces = pd.read_json(FOLDER / "faces.jsonl", lines=True)',
  parquet: 'faces = pd.read_parquet(FOLDER / "faces.parquet")',
};

const load = (format: TableFormat) => `
import json
from pathlib import Path

import pandas as pd

FOLDER = Path(".")  # of this notebook
${READ[format]}
run = json.loads((FOLDER / "clusters.json").read_text(encoding="utf-8"))
columns = list(faces.columns)
attributes = columns[columns.index("silhouette") + 1 : columns.index("path")]
faces.head()`;

const CLUSTERS = `
clusters = pd.DataFrame(
    {
        "cluster": cluster["id"],
        "name": cluster["name"],
        "faces": cluster["size"],
        "silhouette": cluster["silhouette"],
        "prominent": ", ".join(cluster["prominent"]),
    }
    for cluster in run["clusters"]
).set_index("cluster")
clusters`;

const OCCURRENCES = `
def occurrences(cluster):
    """Shares of a cluster's faces that have each attribute, beside those of all faces."""
    found = next(each for each in run["clusters"] if each["id"] == cluster)
    shares = {**found["otherOccurrences"], **found["occurrences"]}
    table = pd.DataFrame({"cluster": pd.Series(shares), "all faces": pd.Series(run["overall"])})
    return table.dropna().sort_values("cluster")


CLUSTER = run["clusters"][0]["id"]
chart = occurrences(CLUSTER).tail(15)
try:
    chart.plot.barh(title=clusters.loc[CLUSTER, "name"].replace("$", r"\\$"), figsize=(7, 6), xlim=(0, 1))
except ImportError:  # without matplotlib
    print(chart)`;

const THUMBNAILS = `
def thumbnails(cluster, count=12, side=112):
    """The most typical faces of a cluster whose images are there; None without any."""
    from PIL import Image, ImageOps

    pictures = []
    for _, face in faces[faces["cluster"] == cluster].sort_values("distance").iterrows():
        if len(pictures) == count:
            break
        if not isinstance(face["path"], str) or not Path(face["path"]).is_file():
            continue
        try:
            picture = ImageOps.exif_transpose(Image.open(face["path"])).convert("RGB")
        except OSError:  # a format that Pillow does not read
            continue
        if pd.notna(face["x"]):
            x, y, width, height = (int(face[name]) for name in ["x", "y", "width", "height"])
            picture = picture.crop((x, y, x + width, y + height))
        pictures.append(ImageOps.fit(picture, (side, side)))
    if not pictures:
        return None
    sheet = Image.new("RGB", (side * min(6, len(pictures)), side * -(-len(pictures) // 6)), "white")
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (side * (i % 6), side * (i // 6)))
    return sheet


thumbnails(CLUSTER)`;

const INTRODUCTION = `
# Faces in clusters

The results beside this notebook, as tables of pandas. Charts need matplotlib, thumbnails need Pillow
and the images where they were.`;

/** @param format of the table of faces that is loaded. */
export function notebook(format: TableFormat): string {
  const content = {
    nbformat: 4,
    nbformat_minor: 4,
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' },
    },
    cells: [
      { cell_type: 'markdown', metadata: {}, source: linesOf(INTRODUCTION) },
      ...[load(format), CLUSTERS, OCCURRENCES, THUMBNAILS].map((source) => ({
        cell_type: 'code',
        execution_count: null,
        metadata: {},
        outputs: [],
        source: linesOf(source),
      })),
    ],
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

/** Lines with their ends, but for the last one, as nbformat has them. */
const linesOf = (text: string): string[] => text.trim().split(/(?<=\n)/);
