// What an operator's --import does, with an exporter that a test can read: registers a provider, and says its spans at the end.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));

process.on('exit', () => {
  // The journal's thread loads this too.
  if (!isMainThread) return;
  const spans = exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    kind: span.kind,
    status: span.status.code,
    attributes: span.attributes,
    parentId: span.parentSpanContext?.spanId ?? null,
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
  }));
  writeFileSync(process.env.SPANS_FILE as string, JSON.stringify(spans));
});
