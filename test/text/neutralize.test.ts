import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, it } from 'vitest';
import {
  forCsvCell,
  forDetail,
  forLabel,
  forLog,
  forMarkdown,
  forName,
  forNotification,
  forPage,
  forTerminal,
  forTerminalOutput,
  forTooltip,
  forXml,
  fromCsvCell,
} from '../../src/text/neutralize';
import { HOSTILE_NAMES, ORDINARY_NAMES, UNSEEN } from '../support/hostile-names';

/** Outlets of one line. */
const LINES = { forName, forNotification, forLabel, forMarkdown, forPage, forTerminal, forXml };

describe.each(Object.entries(LINES))('%s', (_, neutral) => {
  it('shows every character that cannot be seen', () => {
    for (const name of HOSTILE_NAMES) expect(neutral(name)).not.toMatch(UNSEEN);
    expect(neutral('a\u202Eb')).toMatch(/⟨U\\?\+202E⟩/);
    expect(neutral('a\u{E0041}b')).toMatch(/⟨U\\?\+E0041⟩/);
  });

  it('shortens what is very long, and keeps its end', () => {
    for (const name of HOSTILE_NAMES) expect(neutral(name).length).toBeLessThanOrEqual(4000 * 5);
    expect(neutral(`${'x'.repeat(100_000)}end`)).toMatch(/^x+…x+end$/);
  });

  it('never divides a pair of surrogates', () => {
    for (const lead of ['', 'a']) {
      expect(neutral(lead + '😀'.repeat(50_000))).toMatch(/^a?(😀)+…(😀)+$/);
    }
  });
});

describe('ordinary names', () => {
  it('stay as they are in every outlet that needs no escapes', () => {
    for (const neutral of [
      forName,
      forNotification,
      forLabel,
      forPage,
      forTerminal,
      forLog,
      forTooltip,
    ]) {
      for (const name of ORDINARY_NAMES) expect(neutral(name)).toBe(name);
    }
    for (const name of ORDINARY_NAMES) expect(forCsvCell(name)).toBe(name);
  });

  it('may not hide a joiner between letters that are not joined', () => {
    expect(forName('a\u200Db.jpg')).toBe('a⟨U+200D⟩b.jpg');
    expect(forName('1\uFE0F.jpg')).toBe('1⟨U+FE0F⟩.jpg');
  });
});

describe('forNotification', () => {
  /** As VS Code looks for links in messages (`parseLinkedText`). */
  const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

  it('leaves no link', () => {
    expect(HOSTILE_NAMES.filter((name) => LINK.test(name)).length).toBeGreaterThan(1);
    for (const name of HOSTILE_NAMES) {
      expect(forNotification(`cannot read '${name}'`)).not.toMatch(LINK);
      expect(forNotification(`[${name}](command:x)`)).not.toMatch(LINK);
    }
    expect(forNotification('[a]\u200B(command:x)'), 'nothing unseen is taken out').not.toMatch(
      LINK,
    );
  });

  it('stays below the length at which VS Code cuts a message', () => {
    for (const name of [...HOSTILE_NAMES, ']('.repeat(100)])
      expect(forNotification(name.repeat(20)).length).toBeLessThan(1000);
  });
});

describe('forLabel', () => {
  it('leaves no icon', () => {
    expect(forLabel('$(gear) $$(a) \\$(b)')).not.toContain('$(');
  });
});

describe('forMarkdown', () => {
  it('escapes all ASCII punctuation, which CommonMark lets be escaped', () => {
    const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
    expect(forMarkdown(punctuation)).toBe(Array.from(punctuation, (each) => `\\${each}`).join(''));
    for (const name of HOSTILE_NAMES) {
      expect(forMarkdown(name).replaceAll(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[!-/:-@[-`{-~]/);
    }
  });
});

describe('forDetail, forTooltip and forTerminalOutput', () => {
  it('keep lines, and neutralize each', () => {
    expect(forDetail('a\u202E\nb')).toBe('a⟨U+202E⟩\nb');
    expect(forTooltip('$(a)\nb\r')).toBe('$ (a)\nb⟨U+000D⟩');
    expect(forTerminalOutput('a\tb\r\n\u001B[2Jc\n')).toBe('a\tb\n⟨U+001B⟩[2Jc\n');
  });
});

describe('forLog', () => {
  it('indents every line after the first, so that none passes for an entry', () => {
    const forged = forLog('x\n2026-01-01 [info] all is well\u2028more\r\nand more');
    expect(
      forged
        .split('\n')
        .slice(1)
        .every((line) => line.startsWith('    ')),
    ).toBe(true);
    expect(forged).not.toMatch(/[\u2028\r]/);
  });
});

describe('forXml', () => {
  it('leaves no markup, and no character that XML forbids', () => {
    for (const name of HOSTILE_NAMES) {
      expect(forXml(name)).not.toMatch(/[<>"']|&(?!#\d+;)/);
    }
    expect(forXml('\uFFFE\uFFFF')).toBe('&#65533;&#65533;');
  });
});

describe('forCsvCell', () => {
  /** As a spreadsheet does that takes any of these for the separator. */
  const cellsOf = (text: string) => text.split(/[;\t\r\n]/);

  it('leaves no formula, whatever the spreadsheet takes for a separator', () => {
    for (const name of HOSTILE_NAMES) {
      for (const cell of cellsOf(forCsvCell(name))) expect(cell).not.toMatch(/^[=+\-@＝＋－＠]/);
    }
  });

  it('is undone by fromCsvCell, for every text', () => {
    for (const name of [...HOSTILE_NAMES, ...ORDINARY_NAMES]) {
      expect(fromCsvCell(forCsvCell(name))).toBe(name);
    }
    const letters = ['=', '-', "'", ';', '\t', '\r', '\n', 'a', '＝'];
    let seed = 1;
    for (let i = 0; i < 20_000; i++) {
      let text = '';
      for (let length = i % 8; length > 0; length--) {
        seed = (seed * 48271) % 0x7fffffff;
        text += letters[seed % letters.length]!;
      }
      expect(fromCsvCell(forCsvCell(text))).toBe(text);
    }
  });

  it('survives being written and read as CSV', () => {
    const names = HOSTILE_NAMES.filter((name) => !/[\uD800-\uDFFF]/.test(name));
    const rows: string[][] = parse(stringify(names.map((name) => [forCsvCell(name)])));
    expect(rows.map(([cell]) => fromCsvCell(cell!))).toEqual(names);
  });
});
