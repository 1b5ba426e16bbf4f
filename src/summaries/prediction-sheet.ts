/** Sample faces with their labels and inferred attributes, as a picture. */
import { readableAttribute } from '../domain/attributes';
import type { CropSize } from '../domain/faces';
import { forXml } from '../text/neutralize';
import { svgHead } from './svg';

/** A face, and the attributes that are labeled or inferred. */
export interface SampledPrediction {
  image: string;
  /** JPEG of the crop; undefined where its image cannot be read any more. */
  jpeg: Uint8Array | undefined;
  attributes: { name: string; kind: PredictionKind }[];
}

/** `right`: labeled and inferred; `missed`: labeled only; `invented`: inferred only. */
export type PredictionKind = 'right' | 'missed' | 'invented';

const COLUMNS = 4;
const COLUMN = 250;
const FACE_HEIGHT = 120;
const LINE = 13;
const TOP = 58;
const GAP = 14;
/** Most attributes of a face; those that are wrong come first where there are more. */
const MAX_LINES = 20;
/** Characters of a name that fit beside a face. */
const MAX_NAME = 24;

/** By a sign and a color, so that neither is needed alone. */
const KINDS: Record<PredictionKind, { sign: string; color: string; text: string }> = {
  right: { sign: '✓', color: '#1b7837', text: 'labeled and inferred' },
  missed: { sign: '−', color: '#b2182b', text: 'labeled, not inferred' },
  invented: { sign: '+', color: '#b35806', text: 'inferred, not labeled' },
};

/** @param crop size of the pictures. @returns an SVG document. */
export function predictionSheet(
  title: string,
  samples: readonly SampledPrediction[],
  crop: CropSize,
): string {
  const shown = samples.map(({ attributes }) => Math.min(attributes.length, MAX_LINES + 1));
  const lines = 1 + Math.max(0, ...shown);
  const row = Math.max(FACE_HEIGHT, lines * LINE) + GAP;
  const height = TOP + Math.ceil(samples.length / COLUMNS) * row;
  const faceWidth = Math.round((FACE_HEIGHT * crop.width) / crop.height);
  const cells = samples.map((sample, i) => {
    const [x, y] = [12 + (i % COLUMNS) * COLUMN, TOP + Math.floor(i / COLUMNS) * row];
    return `<g transform="translate(${x} ${y})">${face(sample, faceWidth)}</g>`;
  });
  return [svgHead(title, COLUMNS * COLUMN + 12, height, 11), legend(), ...cells, '</svg>', ''].join(
    '\n',
  );
}

function legend(): string {
  const entries = Object.values(KINDS).map(
    ({ sign, color, text }, i) =>
      `<tspan dx="${i === 0 ? 0 : 16}" fill="${color}">${sign} ${text}</tspan>`,
  );
  return `<text x="12" y="42">${entries.join('')}</text>`;
}

function face({ image, jpeg, attributes }: SampledPrediction, width: number): string {
  const picture =
    jpeg === undefined
      ? `<rect width="${width}" height="${FACE_HEIGHT}" fill="#a0a0a0"/>`
      : `<image width="${width}" height="${FACE_HEIGHT}" href="data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}"/>`;
  const text = (line: number, content: string, color: string) =>
    `<text x="${width + 6}" y="${9 + line * LINE}" fill="${color}">${forXml(content)}</text>`;
  return [
    picture,
    text(0, shortened(image), '#555'),
    ...listed(attributes).map(({ name, kind }, i) =>
      text(i + 1, `${KINDS[kind].sign} ${shortened(readableAttribute(name))}`, KINDS[kind].color),
    ),
    ...(attributes.length > MAX_LINES
      ? [text(MAX_LINES + 1, `and ${attributes.length - MAX_LINES} more`, '#555')]
      : []),
  ].join('');
}

function listed(attributes: SampledPrediction['attributes']): SampledPrediction['attributes'] {
  if (attributes.length <= MAX_LINES) return attributes;
  const isRight = ({ kind }: { kind: PredictionKind }) => Number(kind === 'right');
  return [...attributes].sort((a, b) => isRight(a) - isRight(b)).slice(0, MAX_LINES);
}

/** The end of a name, which distinguishes images. */
const shortened = (name: string) =>
  name.length > MAX_NAME ? `…${name.slice(name.length - MAX_NAME + 1)}` : name;
