/** Corrections as people read them. */
import { readableAttribute } from '../domain/attributes';
import type { Correction } from '../domain/corrections';
import { forName } from '../text/neutralize';
import { plural } from '../text/numbers';
import { t } from '../text/translate';

/** What a correction did: `Named “Anna”`, `Moved 3 faces`. */
export function describeCorrection(correction: Correction): string {
  switch (correction.kind) {
    case 'name':
      return correction.name === null
        ? t('Took a name back')
        : t('Named a cluster “{0}”', forName(correction.name));
    case 'note':
      return correction.note === null ? t('Removed a note') : t('Wrote a note');
    case 'color':
      return t('Changed the color of a cluster');
    case 'merge':
      return t('Merged {0}', plural(correction.others.length + 1, 'cluster'));
    case 'split':
      return t('Split a cluster into {0}', plural(correction.parts.length, 'part'));
    case 'move':
      return t('Moved {0}', plural(correction.faces.length, 'face'));
    case 'gather':
      return t('Made a cluster of {0}', plural(correction.faces.length, 'face'));
    case 'pin':
      return correction.pinned ? t('Pinned a cluster') : t('Unpinned a cluster');
    case 'notFace':
      return correction.value
        ? t('Marked {0} as not a face', plural(correction.faces.length, 'image'))
        : t('Marked {0} as a face', plural(correction.faces.length, 'image'));
    case 'attribute':
      return t(
        'Marked {0} as {1}',
        plural(correction.faces.length, 'face'),
        attributeText(correction),
      );
  }
}

function attributeText({ attribute, value }: Correction & { kind: 'attribute' }): string {
  const name = readableAttribute(attribute);
  if (value === null) return t('the network says ({0})', name);
  return value ? name : t('not {0}', name);
}
