import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument } from '../../../scripts/openapi.ts';
import { ROUTES } from '../../../src/http/internal/routes.ts';
import { createLookUps } from '../../../src/phone-numbers/look-ups/look-ups.ts';
import { ANSWERS } from '../../../src/phone-numbers/look-ups/number-schemas.ts';
import { directoryOf, NUMBER, standInWith } from '../../support/graph.ts';

const document = openApiDocument('1.2.3') as { readonly paths: Readonly<Record<string, object>> };

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => (name === '$ref' ? [String(member)] : refsIn(member)));
}

describe('/openapi.json', () => {
  it('refers only to what it holds', () => {
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(20);
    for (const ref of refs) {
      const parts = ref.split('/').slice(1);
      const found = parts.reduce<unknown>((value, part) => (value as Record<string, unknown>)?.[part], document);
      expect([ref, typeof found]).toEqual([ref, 'object']);
    }
  });

  it('is valid for a validator that is not ours', async () => {
    expect(await new Validator().validate(structuredClone(document) as Record<string, unknown>)).toMatchObject({
      valid: true,
    });
  });

  it('has every route with a tag, and no other', () => {
    const routes = ROUTES.filter(({ tag }) => tag !== null).map(({ method, path }) => `${method} ${path}`);
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(routes.sort());
  });

  it('describes what is answered', async () => {
    const lookUps = createLookUps(directoryOf(await standInWith()), Date.now);
    const answers = {
      PhoneNumberList: await lookUps.list(),
      PhoneNumber: await lookUps.byId(NUMBER.id),
      PhoneNumberByNumber: await lookUps.byNumber(NUMBER.display_phone_number),
      HealthReport: await lookUps.health(),
      PhoneNumberHealth: await lookUps.healthById(NUMBER.id),
    };
    expect(Object.keys(answers).sort()).toEqual(Object.keys(ANSWERS).sort());
    for (const [name, answer] of Object.entries(answers)) {
      // Nothing missing, nothing of a wrong kind, and nothing that the schema does not name.
      expect(ANSWERS[name as keyof typeof ANSWERS].parse(answer)).toEqual(answer);
    }
  });
});
