import { describe, expect, it } from 'vitest';
import { judge } from '../../scripts/audit.mjs';

const answer = (vulnerabilities: Record<string, string>) =>
  JSON.stringify({
    vulnerabilities: Object.fromEntries(
      Object.entries(vulnerabilities).map(([name, severity]) => [name, { name, severity }]),
    ),
  });

describe('the audit of packages', () => {
  it('fails if a shipped package has a vulnerability of high severity', () => {
    expect(() => judge(answer({ sharp: 'critical', vite: 'high' }), ['sharp'])).toThrow(
      'sharp: critical; vite: high (not shipped)',
    );
  });

  it('reports other vulnerabilities', () => {
    expect(judge(answer({ sharp: 'moderate', vite: 'high' }), ['sharp'])).toBe(
      'sharp: moderate\nvite: high (not shipped)',
    );
    expect(judge(answer({}), ['sharp'])).toBe('no known vulnerabilities');
  });

  it.each(['', 'not JSON', '{"message":"405 Method Not Allowed"}'])(
    'reports that the registry gives no answer: %j',
    (said) => {
      expect(judge(said, ['sharp'])).toMatch(/^no answer/);
    },
  );
});
