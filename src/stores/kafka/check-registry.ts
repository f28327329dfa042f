/** What `hubcast doctor` finds of the schema registry. Changes nothing there. */
import { messageOf } from '../../core/errors.ts';
import type { StoreNotes } from '../store-notes.ts';
import { CLUSTER_FINDINGS, type ClusterFinding } from './cluster-findings.ts';
import { lookUpSchema, type RegistryConnection } from './registry-client.ts';
import type { EventSchema } from './schema-ids.ts';

export async function checkRegistry(
  registry: RegistryConnection,
  schemas: readonly EventSchema[],
  notes: StoreNotes,
): Promise<void> {
  const find = (code: ClusterFinding, what: string) => notes.report({ code, ...CLUSTER_FINDINGS[code], what });
  notes.begin('schema registry');
  let missing = 0;
  for (const schema of schemas) {
    try {
      const found = await lookUpSchema(registry, schema);
      if (found.state === 'new') missing += 1;
      if (found.state === 'refused') find('schema_refused', `The registry refuses ${schema.subject}: ${found.reason}.`);
    } catch (error) {
      return find(
        'schema_registry_unreachable',
        `The registry at ${registry.url} cannot be used: ${messageOf(error)}.`,
      );
    }
  }
  if (missing > 0) find('schema_not_registered_yet', `${missing} of ${schemas.length} schemas are not registered yet.`);
}
