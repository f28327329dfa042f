declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  function encodeRecord(record: unknown): unknown;
  export = encodeRecord;
}
declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  const batches: { RecordBatch(batch: unknown): Promise<{ size(): number }> };
  export = batches;
}
