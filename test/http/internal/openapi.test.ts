import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument } from '../../../src/http/internal/openapi.ts';
import { ANSWERS, answerContract } from '../../../src/phone-numbers/look-ups/answers.ts';
import { createLookUps } from '../../../src/phone-numbers/look-ups/look-ups.ts';
import { managementContract } from '../../../src/phone-numbers/management/operation-schemas.ts';
import { directoryOf, NUMBER, standInWith } from '../../support/graph.ts';

const document = openApiDocument({
  version: '1.2.3',
  contract: answerContract(),
  managementContract: managementContract(),
});

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
