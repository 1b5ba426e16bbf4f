/** The JSON Schema files; `npx vitest run test/results/schemas.test.ts -u` writes them anew. */
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { RESULT_KINDS, SCHEMA_VERSION, schemaName } from '../../src/results/provenance';
import { RESULT_SCHEMAS } from '../../src/results/schemas';
import { ROOT } from '../support/images';

describe.each(RESULT_KINDS)('schemas/%s.schema.json', (kind) => {
  // Of inputs, so that fields of later versions are allowed.
  const schema = z.toJSONSchema(RESULT_SCHEMAS[kind], { io: 'input' });

  it('is that of the code', async () => {
    const titled = { title: `${schemaName(kind)}, version ${SCHEMA_VERSION}`, ...schema };
    const text = await format(JSON.stringify(titled), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot(join(ROOT, 'schemas', `${kind}.schema.json`));
  });

  it('refuses what is none', () => {
    const validate = new Ajv2020({ validateFormats: false }).compile(schema);
    for (const value of [null, [], {}, { schema: schemaName(kind), schemaVersion: SCHEMA_VERSION }])
      expect(validate(value), JSON.stringify(value)).toBe(false);
  });
});
