/**
 * kafkajs copies the records of a batch seven times before they reach the socket, three times within the batch, into buffers that
 * are zeroed and grow by doubling. This writes an uncompressed batch once, into a buffer of the right size (Kafka
 * protocol: message format, RecordBatch), and leaves everything else to kafkajs.
 */
import type Encoder from 'kafkajs/src/protocol/encoder.js';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import recordBatch, { type BatchFields } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import { toEncoder } from './record-encoder.ts';

const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const FIRST_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const FIRST_SEQUENCE_AT = 53;
const COUNT_AT = 57;
const RECORDS_AT = 61;
const MAGIC = 2;

const theirs = recordBatch.RecordBatch;
/** The values that kafkajs sends without idempotence. */
const NO_PRODUCER_ID = -1;

export async function encodeBatch(batch: BatchFields): Promise<Encoder> {
  const { compression, records = [], firstTimestamp, maxTimestamp, lastOffsetDelta = 0 } = batch;
  const special =
    compression !== 0 || batch.transactional || Number(batch.producerId ?? NO_PRODUCER_ID) !== NO_PRODUCER_ID;
  if (special || firstTimestamp === undefined || maxTimestamp === undefined) return theirs(batch);
  let bytes = RECORDS_AT;
  for (const record of records) bytes += record.offset;
  const buffer = Buffer.allocUnsafe(bytes);
  buffer.writeBigInt64BE(0n, 0);
  buffer.writeInt32BE(bytes - LEADER_EPOCH_AT, LENGTH_AT);
  buffer.writeInt32BE(0, LEADER_EPOCH_AT);
  buffer[MAGIC_AT] = MAGIC;
  buffer.writeInt16BE(0, ATTRIBUTES_AT);
  buffer.writeInt32BE(lastOffsetDelta, LAST_OFFSET_DELTA_AT);
  buffer.writeBigInt64BE(BigInt(firstTimestamp), FIRST_TIMESTAMP_AT);
  buffer.writeBigInt64BE(BigInt(maxTimestamp), MAX_TIMESTAMP_AT);
  buffer.writeBigInt64BE(BigInt(NO_PRODUCER_ID), PRODUCER_ID_AT);
  buffer.writeInt16BE(batch.producerEpoch ?? 0, PRODUCER_EPOCH_AT);
  buffer.writeInt32BE(batch.firstSequence ?? 0, FIRST_SEQUENCE_AT);
  buffer.writeInt32BE(records.length, COUNT_AT);
  let at = RECORDS_AT;
  for (const record of records) at += record.buf.copy(buffer, at, 0, record.offset);
  buffer.writeUInt32BE(crc32C(buffer.subarray(ATTRIBUTES_AT)), CRC_AT);
  return toEncoder(buffer);
}

recordBatch.RecordBatch = encodeBatch;
