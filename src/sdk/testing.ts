/** What `import … from 'hubcast/testing'` gives: a consumer's or a receiver's tests need neither Meta nor hubcast running. */

export { type Answer, type HandshakeOptions, type SendOptions, sendHandshake, sendTo } from '../webhook/send.ts';
export { type Payload, type SignedRequest, signedRequest, signPayload } from '../webhook/sign.ts';
export { batchOf } from './testing/batch-of.ts';
export { type DeliveryReport, type FakeMeta, type FakeMetaOptions, fakeMeta } from './testing/fake-meta.ts';
export { STAND_IN_REFUSALS, type StandInRefusal } from './testing/graph-stand-in/refusals.ts';
export type { ScriptedAnswer } from './testing/graph-stand-in/scripted-answers.ts';
export type { StandInCall } from './testing/graph-stand-in/stand-in-call.ts';
export {
  type GraphStandIn,
  type GraphStandInOptions,
  STAND_IN_TOKEN,
  startGraphStandIn,
} from './testing/graph-stand-in/start-graph-stand-in.ts';
export {
  CONNECTED_NUMBER,
  NEW_NUMBER,
  type StandInAccount,
  type StandInNumber,
} from './testing/graph-stand-in/state.ts';
export type { Usage } from './testing/graph-stand-in/usage.ts';
export type { WebhookTarget } from './testing/graph-stand-in/webhooks.ts';
export { type RecordsOptions, recordsOf } from './testing/records-of.ts';
export { type ReplayCaptureOptions, replayCapture } from './testing/replay-capture.ts';
export { allSamples, type FieldName, samplesOf, type WebhookSample } from './testing/samples.ts';
