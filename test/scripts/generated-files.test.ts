import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generatedFiles, ROOT } from '../../scripts/generated-files.ts';

describe('what is generated from the code', () => {
  it.each(generatedFiles())('$path is up to date (else: npm run generate)', ({ path, text }) => {
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
  });
});
