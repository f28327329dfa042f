/** One Kafka node: running, stopped or frozen. It keeps its address and its data until `close`. */
export interface KafkaNode {
  readonly id: number;
  /** `host:port` for clients. */
  readonly address: string;
  /** What it occupies on this machine, for diagnosis. `pid` is null while it is down. */
  place(): { readonly pid: number | null; readonly folder: string } | { readonly container: string };
  /** Starts it on the same port with the same data; resolves when it serves. */
  start(): Promise<void>;
  /** SIGTERM: a controlled shutdown. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** The end of the broker's own log. */
  logTail(): Promise<string>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** What runs a node: a local Java process or a container. It knows nothing of when the node serves. */
export interface NodeHost extends Omit<KafkaNode, 'start' | 'id'> {
  /** Starts the process; resolves before Kafka serves. */
  launch(): Promise<void>;
  isRunning(): Promise<boolean>;
}
