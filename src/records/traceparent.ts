const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * The trace a delivery belongs to: the one its request names (W3C Trace Context 3.2), else a new one whose trace id is
 * the delivery id, so that a record leads to the log line of its POST.
 */
export function traceparentOf(header: string | undefined, deliveryId: string): string {
  if (header !== undefined && TRACEPARENT.test(header)) return header;
  const traceId = deliveryId.replaceAll('-', '');
  return `00-${traceId}-${traceId.slice(16)}-00`;
}

/** The parts of a header that keeps to the standard; null for any other. */
export function readTraceparent(header: string | undefined): TraceparentParts | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(header ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

export interface TraceparentParts {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}
