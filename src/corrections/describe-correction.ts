/** Corrections as people read them. */
import { readableAttribute } from '../domain/attributes';
import type { Correction } from '../domain/corrections';
import { forName } from '../text/neutralize';
import { plural } from '../text/numbers';

/** What a correction did: `Named “Anna”`, `Moved 3 faces`. */
export function describeCorrection(correction: Correction): string {
  switch (correction.kind) {
    case 'name':
      return correction.name === null
        ? 'Took a name back'
        : `Named a cluster “${forName(correction.name)}”`;
    case 'note':
      return correction.note === null ? 'Removed a note' : 'Wrote a note';
    case 'color':
      return 'Changed the color of a cluster';
    case 'merge':
      return `Merged ${plural(correction.others.length + 1, 'cluster')}`;
    case 'split':
      return `Split a cluster into ${plural(correction.parts.length, 'part')}`;
    case 'move':
      return `Moved ${plural(correction.faces.length, 'face')}`;
    case 'gather':
      return `Made a cluster of ${plural(correction.faces.length, 'face')}`;
    case 'pin':
      return correction.pinned ? 'Pinned a cluster' : 'Unpinned a cluster';
    case 'notFace':
      return correction.value
        ? `Marked ${plural(correction.faces.length, 'image')} as not a face`
        : `Marked ${plural(correction.faces.length, 'image')} as a face`;
    case 'attribute':
      return `Marked ${plural(correction.faces.length, 'face')} as ${attributeText(correction)}`;
  }
}

function attributeText({ attribute, value }: Correction & { kind: 'attribute' }): string {
  const name = readableAttribute(attribute);
  if (value === null) return `the network says (${name})`;
  return value ? `“${name}”` : `not “${name}”`;
}
