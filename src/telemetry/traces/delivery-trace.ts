/** The span of one POST, without the OpenTelemetry API: the only part of tracing that the path of a webhook uses. */
export interface DeliveryTrace {
  /** W3C Trace Context: what the records carry. */
  readonly traceparent: string;
  /** Runs the write to the store in a span of its own. */
  readonly storing: (records: number, write: () => Promise<void>) => Promise<void>;
  /** @param outcome `stored`, or the code of the error */
  readonly end: (outcome: string, status: number) => void;
}

/** Begins the span of a POST as a child of the span in its headers. */
export type TraceDelivery = (request: {
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly path: string;
  readonly deliveryId: string;
}) => DeliveryTrace;
