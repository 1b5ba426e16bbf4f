/**
 * A language pack without texts: VS Code speaks the language to its extensions, and shows its own
 * texts in English. The packs of Microsoft are not in the registry of npm.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes it where VS Code keeps the packs that are installed. */
export async function addLanguagePack(language: string, userDataDir: string): Promise<void> {
  await mkdir(userDataDir, { recursive: true });
  const texts = join(userDataDir, `texts-${language}.json`);
  await writeFile(texts, JSON.stringify({ contents: {} }));
  const pack = {
    hash: `texts-${language}`,
    label: language,
    extensions: [{ extensionIdentifier: { id: `test.texts-${language}` }, version: '1.0.0' }],
    translations: { vscode: texts },
  };
  await writeFile(join(userDataDir, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}
