import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** snappy and lz4 are left out: no kept library offers them for kafkajs. */
export const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

export const COMPRESSION_TYPES: Readonly<Record<Compression, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
};

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
});
