import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SidecarContent, xmpSidecar } from '../../src/summaries/xmp';
import { forXml } from '../../src/text/neutralize';
import { HOSTILE_NAMES } from '../support/hostile-names';
import { hasModules, PYTHON } from '../support/python';

const hasParser = hasModules(['xml.etree'], 'reading side-cars with an XML parser', ['python3']);

interface Read {
  subject: string[];
  hierarchy: string[];
  tags: string[];
  size: string[];
  /** Name, type, and x, y, width and height. */
  faces: (string | null)[][];
}

/** Side-cars as a parser of XML and RDF's names sees them. */
function parsed(texts: readonly string[]): Read[] {
  const code = `
import json, sys, xml.etree.ElementTree as ET
N = {'rdf': 'http://www.w3.org/1999/02/22-rdf-syntax-ns#', 'dc': 'http://purl.org/dc/elements/1.1/',
     'lr': 'http://ns.adobe.com/lightroom/1.0/', 'digiKam': 'http://www.digikam.org/ns/1.0/',
     'mwg-rs': 'http://www.metadataworkinggroup.com/schemas/regions/',
     'stDim': 'http://ns.adobe.com/xap/1.0/sType/Dimensions#', 'stArea': 'http://ns.adobe.com/xmp/sType/Area#'}
def name(text):
    prefix, local = text.split(':')
    return '{%s}%s' % (N[prefix], local)
def read(text):
    about = ET.fromstring(text.encode()).find('rdf:RDF/rdf:Description', N)
    items = lambda path: [li.text for li in about.findall(path + '/rdf:li', N)]
    faces = []
    for face in about.findall('mwg-rs:Regions/mwg-rs:RegionList/rdf:Bag/rdf:li/rdf:Description', N):
        area = face.find('mwg-rs:Area', N)
        faces.append([face.get(name('mwg-rs:Name')), face.get(name('mwg-rs:Type'))]
                     + [area.get(name('stArea:' + key)) for key in ('x', 'y', 'w', 'h', 'unit')])
    size = about.find('mwg-rs:Regions/mwg-rs:AppliedToDimensions', N)
    return dict(subject=items('dc:subject/rdf:Bag'), hierarchy=items('lr:hierarchicalSubject/rdf:Bag'),
                tags=items('digiKam:TagsList/rdf:Seq'), faces=faces,
                size=[] if size is None else [size.get(name('stDim:' + key)) for key in ('w', 'h', 'unit')])
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)`;
  const printed = execFileSync(PYTHON, ['-c', code], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  return JSON.parse(printed) as Read[];
}

const CONTENT: SidecarContent = {
  tags: [
    { root: 'People', text: 'Anna <B.> & "C"' },
    { root: 'Clusters', text: 'Smiling women' },
    { root: 'Face attributes', text: 'Smiling' },
    { root: 'Face attributes', text: 'Smiling' },
    { root: 'Face attributes', text: 'a/b|c' },
  ],
  regions: {
    size: { width: 4000, height: 3000 },
    faces: [
      { x: 0.5, y: 0.25, width: 0.125, height: 0.1, name: 'Anna <B.> & "C"' },
      { x: 0.1, y: 0.2, width: 0.05, height: 0.05, name: undefined },
    ],
  },
};

describe('xmpSidecar', () => {
  it.skipIf(!hasParser)('holds keywords and regions where digiKam and Lightroom read them', () => {
    expect(parsed([xmpSidecar(CONTENT)])).toEqual([
      {
        subject: ['Anna <B.> & "C"', 'Smiling women', 'Smiling', 'a-b-c'],
        hierarchy: [
          'People|Anna <B.> & "C"',
          'Clusters|Smiling women',
          'Face attributes|Smiling',
          'Face attributes|a-b-c',
        ],
        tags: [
          'People/Anna <B.> & "C"',
          'Clusters/Smiling women',
          'Face attributes/Smiling',
          'Face attributes/a-b-c',
        ],
        size: ['4000', '3000', 'pixel'],
        faces: [
          ['Anna <B.> & "C"', 'Face', '0.500000', '0.250000', '0.125000', '0.100000', 'normalized'],
          [null, 'Face', '0.100000', '0.200000', '0.050000', '0.050000', 'normalized'],
        ],
      },
    ]);
  });

  it.skipIf(!hasParser)('is well-formed, whatever people and attributes are called', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...HOSTILE_NAMES, ']]>', '<!--', '<?xpacket end="r"?>', '&#0;', '\uFFFE'),
    );
    const names = [...fc.sample(text, { numRuns: 500, seed: 1 }), ...HOSTILE_NAMES];
    const contents = names.map((name) =>
      xmpSidecar({
        tags: [{ root: 'People', text: name }],
        regions: { ...CONTENT.regions!, faces: [{ ...CONTENT.regions!.faces[0]!, name }] },
      }),
    );
    for (const [i, { subject, faces }] of parsed(contents).entries()) {
      expect(subject, JSON.stringify(names[i])).toHaveLength(1);
      expect(faces).toHaveLength(1);
      expect(faces[0]![1]).toBe('Face');
    }
  });

  it('has no empty list, and no region where no place is known', () => {
    const text = xmpSidecar({ tags: [], regions: undefined });
    expect(text).not.toMatch(/subject|TagsList|Regions>/);
    expect(text).toMatch(/^<\?xpacket begin="\uFEFF"/);
  });

  it('shows what nobody sees', () => {
    const text = xmpSidecar({
      tags: [{ root: 'People', text: 'a\u202Eb\u0000' }],
      regions: undefined,
    });
    expect(text).toContain(forXml('a⟨U+202E⟩b⟨U+0000⟩'));
  });
});
