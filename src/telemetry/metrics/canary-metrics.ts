/** The canary's metrics for Prometheus, as text for the node exporter's textfile collector. */
import { Counter, Gauge, Registry } from 'prom-client';

interface Run {
  readonly ok: boolean;
  readonly accepted_ms: number | null;
  readonly read_back_ms: number | null;
}

/** @returns a function that counts a run and returns the text of all metrics */
export function createCanaryMetrics(): (run: Run, nowMs: number) => Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name: `hubcast_canary_${name}`, help, registers });
  const ok = gauge('success', '1 when the last canary event was stored and read back.');
  const lastRun = gauge('last_run_timestamp_seconds', 'When the last canary event was sent.');
  const lastSuccess = gauge('last_success_timestamp_seconds', 'When a canary event was last read back; 0 for never.');
  const accepted = gauge('accepted_seconds', 'From sending the last accepted canary event to its 200.');
  const readBack = gauge('read_back_seconds', 'From sending the last canary event that was read back until it was.');
  const runs = new Counter({ name: 'hubcast_canary_runs_total', help: 'Canary events sent.', registers });
  const failures = new Counter({
    name: 'hubcast_canary_failures_total',
    help: 'Canary events that were not accepted, or not found in the store.',
    registers,
  });
  return (run, nowMs) => {
    ok.set(Number(run.ok));
    lastRun.set(nowMs / 1000);
    runs.inc();
    if (run.ok) lastSuccess.set(nowMs / 1000);
    else failures.inc();
    if (run.accepted_ms !== null) accepted.set(run.accepted_ms / 1000);
    if (run.read_back_ms !== null) readBack.set(run.read_back_ms / 1000);
    return registry.metrics();
  };
}
