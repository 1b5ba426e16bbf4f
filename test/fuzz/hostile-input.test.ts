import { describe, expect, it } from 'vitest';
import { startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { imageCases, runImageCases } from './images';
import { messageCases, runMessageCase } from './messages';
import { runSettingsCase, settingsCases } from './settings';

describe('hostile input', () => {
  it('as images ends in faces or a reason for each image, and the engine survives', async () => {
    const end = await runImageCases(imageCases(21, 250), await temporaryFolder(), startEngine());
    expect(end.images).toBe(250);
    expect(end.failed).toBeGreaterThan(50);
    expect(end.failed).toBeLessThan(240); // otherwise nothing would be tested
  });

  it('as messages of a page is refused, or has valid parameters', () => {
    const kinds = new Set<string>();
    for (const each of messageCases(21, 5000)) kinds.add(runMessageCase(each));
    expect(kinds.size).toBeGreaterThan(10);
    expect(kinds).toContain('refused');
  });

  it('as settings is replaced by defaults, and each replacement is reported', () => {
    let refused = 0;
    for (const each of settingsCases(21, 1000)) refused += runSettingsCase(each);
    expect(refused).toBeGreaterThan(1000);
  });
});
