import { describe, expect, it } from 'vitest';
import { startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { imageCases, runImageCases } from './images';
import { messageCases, runMessageCase } from './messages';
import { runSettingsCase, settingsCases } from './settings';

describe('hostile input', () => {
  it('as images ends in faces or in a reason each, and the engine lives on', async () => {
    const end = await runImageCases(imageCases(21, 250), await temporaryFolder(), startEngine());
    expect(end.images).toBe(250);
    expect(end.failed).toBeGreaterThan(50);
    expect(end.failed).toBeLessThan(240); // nothing is tested where all are refused at once
  });

  it('as messages of a page is refused, or is what it is taken for', () => {
    const kinds = new Set<string>();
    for (const each of messageCases(21, 5000)) kinds.add(runMessageCase(each));
    expect(kinds.size).toBeGreaterThan(10);
    expect(kinds).toContain('refused');
  });

  it('as settings takes defaults, each named', () => {
    let refused = 0;
    for (const each of settingsCases(21, 1000)) refused += runSettingsCase(each);
    expect(refused).toBeGreaterThan(1000);
  });
});
