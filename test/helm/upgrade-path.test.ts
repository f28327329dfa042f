/** `helm upgrade` from the journal to the spool to Kafka: Kubernetes refuses a change of certain fields, and the upgrade with it. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isThere, render } from './tools.ts';

const HELM = isThere('helm', 'version', 'the upgrades of the chart');
const values = (set: string) => ['-f', join(import.meta.dirname, 'renders', set, 'values.yaml')];
/** One release keeps the volume it began with. */
const VOLUME = ['--set', 'persistence.size=22Gi', '--set', 'persistence.storageClassName=fast'];
const STEPS = ['journal', 'spool', 'kafka', 'kafka-numbers', 'kafka-autoscaled'];

/** What an update of a StatefulSet may change; Kubernetes refuses it for any other field. */
const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
/** Fields of other kinds that no update may change. */
const FIXED: Readonly<Record<string, readonly string[]>> = { Deployment: ['selector'], Service: ['clusterIP'] };

/** The text of each member of `spec`, without comments. */
function specOf(document: string): Map<string, string> {
  const [, spec = ''] = document.split(/^spec:\n/m);
  const [body = ''] = spec.split(/^(?=\S)/m);
  const members = body.replaceAll(/^\s*#.*\n/gm, '').split(/^(?= {2}\w)/m);
  return new Map(
    members.filter((member) => member !== '').map((member) => [member.trim().split(':')[0] ?? '', member]),
  );
}

/** By kind and name. */
function fixedPartsOf(set: string): Map<string, Record<string, string | undefined>> {
  const { code, output, errors } = render(...values(set), ...VOLUME);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  const parts = new Map<string, Record<string, string | undefined>>();
  for (const document of output.split(/^---\n/m)) {
    const kind = /^kind: (\S+)$/m.exec(document)?.[1] ?? '';
    const name = /^ {2}name: (\S+)$/m.exec(document)?.[1];
    const spec = specOf(document);
    const fields =
      kind === 'StatefulSet' ? [...spec.keys()].filter((key) => !CHANGEABLE.includes(key)) : (FIXED[kind] ?? []);
    if (fields.length > 0) parts.set(`${kind} ${name}`, Object.fromEntries(fields.map((key) => [key, spec.get(key)])));
  }
  return parts;
}

(HELM ? describe : describe.skip)('an upgrade', () => {
  it('of journal -> spool -> Kafka changes nothing that Kubernetes does not let change, in any order', () => {
    const rendered = STEPS.map(fixedPartsOf);
    const [journal, spool, kafka] = rendered;
    const set = journal?.get('StatefulSet hubcast');
    expect(Object.keys(set ?? {}).sort()).toEqual([
      'podManagementPolicy',
      'selector',
      'serviceName',
      'volumeClaimTemplates',
    ]);
    expect(set?.volumeClaimTemplates).toContain('storage: 22Gi');
    expect(spool?.get('StatefulSet hubcast')).toEqual(set);
    expect(kafka?.has('StatefulSet hubcast')).toBe(false);
    expect(kafka?.get('Deployment hubcast')?.selector).toContain('matchLabels');
    for (const before of rendered)
      for (const after of rendered)
        for (const [object, parts] of before)
          if (after.has(object)) expect([object, after.get(object)]).toEqual([object, parts]);
  });
});
