/**
 * The parts of kafkajs 2.2.4 that its public types leave out and that are used here: a connection to one broker and
 * the protocol's messages, without kafkajs' own retries and groups.
 */
interface KafkajsLogger {
  namespace(name: string): KafkajsLogger;
  setLogLevel(level: number): void;
}

interface KafkajsRequest {
  readonly request: unknown;
  readonly response: {
    readonly decode: (raw: Buffer) => Promise<unknown>;
    readonly parse: (decoded: unknown) => Promise<unknown>;
  };
  readonly requestTimeout?: number;
}

declare module 'kafkajs/src/loggers/index.js' {
  const loggers: {
    createLogger(options: {
      level: number;
      logCreator: (level: number) => (entry: import('kafkajs').LogEntry) => void;
    }): KafkajsLogger;
  };
  export = loggers;
}

declare module 'kafkajs/src/network/connection.js' {
  class Connection {
    /** Milliseconds, a 64-bit number; 0 without an end. */
    readonly sessionLifetime: { toString(): string };
  }
  export = Connection;
}

declare module 'kafkajs/src/network/connectionPool.js' {
  class ConnectionPool {
    constructor(options: {
      host: string;
      port: number;
      rack: string | null;
      ssl: unknown;
      sasl: unknown;
      clientId: string;
      connectionTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
      socketFactory: import('kafkajs').ISocketFactory;
      logger: KafkajsLogger;
    });
    send(request: KafkajsRequest): Promise<unknown>;
  }
  export = ConnectionPool;
}

declare module 'kafkajs/src/broker/index.js' {
  import ConnectionPool = require('kafkajs/src/network/connectionPool.js');
  class Broker {
    constructor(options: {
      connectionPool: ConnectionPool;
      logger: KafkajsLogger;
      authenticationTimeout: number;
      allowAutoTopicCreation: boolean;
    });
    connect(): Promise<void>;
    isConnected(): boolean;
    readonly connectionPool: ConnectionPool;
    readonly lookupRequest: (apiKey: number, definitions: unknown) => (options: unknown) => KafkajsRequest;
  }
  export = Broker;
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  const protocol: { requests: Readonly<Record<string, unknown>> };
  export = protocol;
}

declare module 'kafkajs/src/protocol/requests/apiKeys.js' {
  const apiKeys: Readonly<Record<string, number>>;
  export = apiKeys;
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: { createErrorFromCode(code: number): Error & { readonly type: string; readonly code: number } };
  export = errors;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    constructor(initialSize?: number);
    buf: Buffer;
    offset: number;
    readonly buffer: Buffer;
    size(): number;
  }
  export = Encoder;
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  import Encoder from 'kafkajs/src/protocol/encoder.js';

  function encode(record: Readonly<Record<string, unknown>>): Encoder;
  export = encode;
}

declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  import Encoder from 'kafkajs/src/protocol/encoder.js';

  namespace recordBatch {
    interface BatchFields {
      readonly compression?: number;
      readonly transactional?: boolean;
      readonly records?: readonly Encoder[];
      readonly firstTimestamp?: string | number;
      readonly maxTimestamp?: string | number;
      readonly lastOffsetDelta?: number;
      readonly producerId?: { toString(): string };
      readonly producerEpoch?: number;
      readonly firstSequence?: number;
    }
  }
  const recordBatch: { RecordBatch(batch: recordBatch.BatchFields): Promise<Encoder> };
  export = recordBatch;
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  function crc32C(bytes: Buffer): number;
  export = crc32C;
}
