/**
 * XMP side-cars in the convention that digiKam and Lightroom read: keywords, flat and in a
 * hierarchy, and the regions of faces (Metadata Working Group, Guidelines 2.0, 5.9).
 */
import type { CropSize } from '../domain/faces';
import { PROGRAM } from '../domain/program';
import type { Region } from '../images/stored-box';
import { forXml } from '../text/neutralize';

/** A keyword below a root. */
export interface Tag {
  root: string;
  text: string;
}

interface FaceRegion extends Region {
  /** Of the person; undefined where nobody said it. */
  name?: string | undefined;
}

export interface SidecarContent {
  tags: readonly Tag[];
  /** Undefined where no place of a face is known. */
  regions: { size: CropSize; faces: readonly FaceRegion[] } | undefined;
}

const NAMESPACES = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  dc: 'http://purl.org/dc/elements/1.1/',
  lr: 'http://ns.adobe.com/lightroom/1.0/',
  digiKam: 'http://www.digikam.org/ns/1.0/',
  'mwg-rs': 'http://www.metadataworkinggroup.com/schemas/regions/',
  stDim: 'http://ns.adobe.com/xap/1.0/sType/Dimensions#',
  stArea: 'http://ns.adobe.com/xmp/sType/Area#',
};

/** Separators of the parts of a keyword in a hierarchy, which no part may have. */
const SEPARATORS = /[|/]/g;

/** @returns the text of a side-car: the same for the same content. */
export function xmpSidecar({ tags, regions }: SidecarContent): string {
  const known = new Map(
    tags.map(({ root, text }) => {
      const leaf = text.replaceAll(SEPARATORS, '-');
      return [`${root}|${leaf}`, { root, leaf }] as const;
    }),
  );
  const all = [...known.values()];
  const flat = [...new Set(all.map(({ leaf }) => leaf))];
  const joined = (separator: string) => all.map(({ root, leaf }) => root + separator + leaf);
  const lines = [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    `<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="${forXml(PROGRAM.text)}">`,
    ` <rdf:RDF xmlns:rdf="${NAMESPACES.rdf}">`,
    '  <rdf:Description rdf:about=""',
    ...Object.entries(NAMESPACES)
      .slice(1)
      .map(([prefix, uri]) => `    xmlns:${prefix}="${uri}"`),
    '  >',
    ...listOf('dc:subject', 'rdf:Bag', flat),
    ...listOf('lr:hierarchicalSubject', 'rdf:Bag', joined('|')),
    ...listOf('digiKam:TagsList', 'rdf:Seq', joined('/')),
    ...(regions === undefined || regions.faces.length === 0 ? [] : regionLines(regions)),
    '  </rdf:Description>',
    ' </rdf:RDF>',
    '</x:xmpmeta>',
    '<?xpacket end="w"?>',
    '',
  ];
  return lines.join('\n');
}

function listOf(property: string, kind: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  return [
    `   <${property}>`,
    `    <${kind}>`,
    ...texts.map((text) => `     <rdf:li>${forXml(text)}</rdf:li>`),
    `    </${kind}>`,
    `   </${property}>`,
  ];
}

function regionLines({ size, faces }: NonNullable<SidecarContent['regions']>): string[] {
  return [
    '   <mwg-rs:Regions rdf:parseType="Resource">',
    `    <mwg-rs:AppliedToDimensions stDim:w="${size.width}" stDim:h="${size.height}" stDim:unit="pixel"/>`,
    '    <mwg-rs:RegionList>',
    '     <rdf:Bag>',
    ...faces.flatMap(({ x, y, width, height, name }) => [
      '      <rdf:li>',
      `       <rdf:Description mwg-rs:Type="Face"${name === undefined ? '' : ` mwg-rs:Name="${forXml(name)}"`}>`,
      `        <mwg-rs:Area stArea:x="${decimals(x)}" stArea:y="${decimals(y)}" stArea:w="${decimals(width)}" stArea:h="${decimals(height)}" stArea:unit="normalized"/>`,
      '       </rdf:Description>',
      '      </rdf:li>',
    ]),
    '     </rdf:Bag>',
    '    </mwg-rs:RegionList>',
    '   </mwg-rs:Regions>',
  ];
}

const decimals = (value: number) => value.toFixed(6);
