/** Lets the user choose the attributes by which faces are compared. */
import { CELEBA_ATTRIBUTES, readableAttribute } from '../../domain/attributes';
import { pickMany, showWarning } from '../outlets';
import { attributeFinder } from '../../domain/find-attribute';
import { t } from '../../text/translate';
import type { RunLibrary } from '../runs/run-library';
import { readSettings } from '../settings/configuration';
import type { CommandContext } from './command-context';

export async function chooseAttributes({
  history,
  library,
  panels,
}: Pick<CommandContext, 'history' | 'library' | 'panels'>): Promise<void> {
  const session = panels.active?.session;
  const { settings } = readSettings();
  const known = knownAttributes(library);
  const find = attributeFinder(known);
  const attributes = (session?.settings ?? settings).attributes.map((name) => find(name) ?? name);
  const names = await pickMany<string>(
    known.map((name) => ({
      label: readableAttribute(name),
      value: name,
      picked: attributes.includes(name),
    })),
    { title: t('Attributes by which faces are compared'), placeHolder: t('Type to filter') },
  );
  if (names === undefined) return;
  if (names.length === 0) {
    void showWarning(t('Face Clusters: choose at least one attribute; nothing was changed.'));
    return;
  }
  const same =
    names.length === attributes.length && names.every((name) => attributes.includes(name));
  if (same) return;
  if (session !== undefined) await session.change({ attributes: names });
  else await history.change({ attributes: names }, settings);
}

/** The attributes of the models that were used; those of the bundled model before the first run. */
function knownAttributes(library: RunLibrary): readonly string[] {
  const known = new Set(library.all.flatMap(({ manifest }) => manifest?.modelAttributes ?? []));
  return known.size > 0 ? [...known] : CELEBA_ATTRIBUTES;
}
