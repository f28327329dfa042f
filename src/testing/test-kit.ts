/** What `import … from 'hubcast/testing'` gives: a consumer's or a receiver's tests need neither Meta nor hubcast running. */
export { type RecordsOptions, recordsOf } from './records-of.ts';
export { allSamples, type FieldName, samplesOf, type WebhookSample } from './samples.ts';
export { type Payload, type SignedRequest, signedRequest, signPayload } from './sign.ts';
