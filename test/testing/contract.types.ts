/** What tests may write with the kit, pinned; type-checked here and in an empty project that has the package installed. */
import { allSamples, type FieldName, recordsOf, samplesOf, signedRequest, signPayload } from 'hubcast/testing';

export async function use(url: string): Promise<string> {
  const [sample] = samplesOf('messages');
  const field: FieldName = allSamples()[0]?.field ?? sample.field;
  // @ts-expect-error no such field
  samplesOf('message');
  await fetch(url, signedRequest(sample.payload, 'secret'));
  const offsets: string[] = recordsOf(sample.payload, { partitions: 6 }).map(({ offset }) => offset);
  // @ts-expect-error the secret is needed
  signPayload(sample.payload);
  return `${field} ${offsets.length} ${signPayload(sample.payload, 'secret')}`;
}
