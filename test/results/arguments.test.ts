import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { toList, toWeights } from '../../src/cli/option-values';
import { parseSettings } from '../../src/domain/settings';
import { commandLine, settingArguments } from '../../src/results/arguments';

const settingsWith = (values: Record<string, unknown>) => parseSettings(values, (name) => name);

describe('settingArguments', () => {
  it('are none for the defaults', () => {
    expect(settingArguments(settingsWith({}))).toEqual([]);
  });

  it('name what differs from the defaults, but nothing that does not concern the result', () => {
    const args = settingArguments(
      settingsWith({
        minFaceScore: 0.75,
        clusters: 'auto',
        sample: [400, 100],
        include: ['*.png', 'a,b'],
        cache: false,
        cacheLimit: 1,
        watch: 'off',
      }),
    );
    expect(args).toEqual([
      ...['--clusters', 'auto', '--include', '*.png', '--include', 'a,b'],
      ...['--min-face-score', '0.75', '--sample', '400,100'],
    ]);
  });

  it.each([[['Male', 'Young']], [['a,b', 'c']], [[' padded', '[odd']], [['ä', '"quoted"']]])(
    'list attributes %j so that they are read back',
    (attributes) => {
      const [, text] = settingArguments(settingsWith({ attributes }));
      expect(toList(text!)).toEqual(attributes);
    },
  );

  it('hold weights by attribute', () => {
    const weights = { Male: 2, 'Wearing Hat': 0.5 };
    const [name, text] = settingArguments(settingsWith({ weights }));
    expect(name).toBe('--weights');
    expect(toWeights(text!)).toEqual(weights);
  });
});

describe('commandLine', () => {
  it.runIf(process.platform !== 'win32')('is read by a shell as what it was made of', () => {
    const args = ['cluster', "/a b/it's", '$HOME', '`x`', '"', '\\', 'a\nb', '*', 'ä', '--k=1,2'];
    const line = commandLine(args).replace(/^face-clusters/, "printf '%s\\0'");
    const read = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
    expect(read.split('\0').slice(0, -1)).toEqual(args);
  });
});
