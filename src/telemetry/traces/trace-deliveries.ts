/**
 * Spans through the OpenTelemetry API: one for each POST, one for its write to the store. The operator installs the
 * SDK and its exporter (`node --import`); without them tracing code does not run on the path of a webhook.
 */
import {
  type Context,
  context,
  createTraceState,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { readTraceparent } from '../../records/traceparent.ts';
import type { DeliveryTrace, TraceDelivery } from './delivery-trace.ts';

/** @returns undefined where no tracer provider was registered before */
export function createTraceDelivery(version: string): TraceDelivery | undefined {
  const provider = trace.getTracerProvider();
  const registered = !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('hubcast') !== undefined;
  if (!registered) return undefined;
  const tracer = provider.getTracer('hubcast', version);
  return (delivery) => startTrace(tracer, delivery);
}

/** Attributes by OpenTelemetry's names: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
function startTrace(
  tracer: Tracer,
  { traceparent, tracestate, path, deliveryId }: Parameters<TraceDelivery>[0],
): DeliveryTrace {
  const attributes = { 'http.request.method': 'POST', 'url.path': path, 'hubcast.delivery_id': deliveryId };
  const parent = parentOf(traceparent, tracestate);
  const span = tracer.startSpan('POST /webhook', { kind: SpanKind.SERVER, attributes }, parent);
  return {
    traceparent: toTraceparent(span),
    async storing(records, write) {
      const options = { kind: SpanKind.PRODUCER, attributes: { 'messaging.batch.message_count': records } };
      const store = tracer.startSpan('store', options, trace.setSpan(parent, span));
      try {
        await write();
      } catch (error) {
        store.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        store.end();
      }
    },
    end(outcome, status) {
      span.setAttributes({ 'hubcast.outcome': outcome, 'http.response.status_code': status });
      // An error of the client is not an error of the server's span.
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      span.end();
    },
  };
}

/** An active span was made by an instrumentation for the same request, so it takes precedence over the headers. */
function parentOf(traceparent: string | undefined, tracestate: string | undefined): Context {
  const active = context.active();
  const remote = readTraceparent(traceparent);
  if (remote === null || trace.getSpan(active) !== undefined) return active;
  return trace.setSpanContext(active, {
    ...remote,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  });
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function toTraceparent(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
