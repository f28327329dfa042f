/** What `import … from 'hubcast/testing'` gives: a consumer's or a receiver's tests need neither Meta nor hubcast running. */
export { batchOf } from './batch-of.ts';
export { type DeliveryReport, type FakeMeta, type FakeMetaOptions, fakeMeta } from './fake-meta.ts';
export {
  type GraphStandIn,
  type GraphStandInOptions,
  type ScriptedAnswer,
  STAND_IN_TOKEN,
  type StandInCall,
  startGraphStandIn,
} from './graph-stand-in/start-graph-stand-in.ts';
export { CONNECTED_NUMBER, NEW_NUMBER, type StandInAccount, type StandInNumber } from './graph-stand-in/state.ts';
export type { Usage } from './graph-stand-in/usage.ts';
export type { WebhookTarget } from './graph-stand-in/webhooks.ts';
export { type RecordsOptions, recordsOf } from './records-of.ts';
export { type ReplayCaptureOptions, replayCapture } from './replay-capture.ts';
export { allSamples, type FieldName, samplesOf, type WebhookSample } from './samples.ts';
export { type Answer, type HandshakeOptions, type SendOptions, sendHandshake, sendTo } from './send-to.ts';
export { type Payload, type SignedRequest, signedRequest, signPayload } from './sign.ts';
