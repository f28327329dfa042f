/** Java's `byte` arithmetic on 32-bit integers; the seed and the multiplier are those of Kafka's Utils.murmur2. */
const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/**
 * Kafka's own murmur2, as a signed 32-bit integer, so that a key has the same partition whoever writes it.
 * https://github.com/apache/kafka/blob/4.3.0/clients/src/main/java/org/apache/kafka/common/utils/Utils.java
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let word = Math.imul(view.getInt32(at, true), MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  const left = length - at;
  if (left >= 3) hash ^= view.getUint8(at + 2) << 16;
  if (left >= 2) hash ^= view.getUint8(at + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ view.getUint8(at), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** Kafka's Utils.toPositive: drops the sign bit; not the absolute value. */
export function toPositive(hash: number): number {
  return hash & 0x7fffffff;
}

/** Partition of a record: as the Java client puts a key; without a key, one partition for the whole topic. */
export function partitionFor(topic: string, key: string | null, partitionCount: number): number {
  return toPositive(murmur2(Buffer.from(key ?? topic, 'utf8'))) % partitionCount;
}
