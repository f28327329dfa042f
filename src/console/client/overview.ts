/** The first view: readiness, events of the last hour, and the time to answer. */
import { html, type TemplateResult } from 'lit-html';
import { drawChart, FLOW_LINES, LATENCY_LINES } from './charts.ts';
import { byId } from './dom.ts';
import type { Session, View } from './session.ts';
import type { HistoryAnswer, ReadinessShape } from './shapes.ts';
import { whole } from './words.ts';

export function createOverview(session: Session): View {
  return {
    enter: () => undefined,
    body() {
      const refusal = session.refusal();
      if (refusal === '') return overview(session.readiness(), session.history());
      return html`<h1 tabindex="-1">Overview</h1><p class="card state warn" role="alert">${refusal}</p>`;
    },
    drawn() {
      const history = session.history();
      if (history === null || session.refusal() !== '') return;
      drawChart(byId('chart-flow'), FLOW_LINES, history);
      drawChart(byId('chart-latency'), LATENCY_LINES, history);
    },
  };
}

function overview(readiness: ReadinessShape | null, history: HistoryAnswer | null): TemplateResult {
  const points = history?.points ?? [];
  const total = (read: (point: HistoryAnswer['points'][number]) => number): number =>
    points.reduce((sum, point) => sum + read(point), 0);
  const families = totalsByFamily(points);
  const events = [...families.values()].reduce((sum, count) => sum + count, 0);
  return html`
    <h1 tabindex="-1">Overview</h1>
    ${readinessCard(readiness, history)}
    <dl class="tiles">
      ${tile('Events, last hour', whole(events))} ${tile('Requests stored', whole(total(({ stored }) => stored)))}
      ${tile('Refused (4xx)', whole(total(({ refused }) => refused)), 'warn')}
      ${tile('Failed (5xx)', whole(total(({ failed }) => failed)), 'bad')}
    </dl>
    <section class="card" aria-labelledby="flow-title">
      <h2 id="flow-title">Events and refusals per second</h2>
      <div id="chart-flow" class="chart" role="img" aria-label="Events, refusals and failures per second in the last hour"></div>
    </section>
    <section class="card" aria-labelledby="latency-title">
      <h2 id="latency-title">Time to answer 200</h2>
      <p class="quiet">From receipt to the 200. Meta wants a median under 250 ms and under 1 % above 1 s.</p>
      <div id="chart-latency" class="chart" role="img" aria-label="Median and 99th percentile in the last hour"></div>
    </section>
    <section class="card" aria-labelledby="families-title">
      <h2 id="families-title">Events by family</h2>
      ${
        families.size === 0
          ? html`<p class="quiet">No events in the last hour. Send a sample: <code>hubcast send --help</code></p>`
          : html`<table>
              <thead>
                <tr><th scope="col">Family</th><th scope="col" class="number">Events, last hour</th></tr>
              </thead>
              <tbody>
                ${[...families].map(
                  ([family, count]) => html`<tr><td>${family}</td><td class="number">${whole(count)}</td></tr>`,
                )}
              </tbody>
            </table>`
      }
    </section>`;
}

function readinessCard(readiness: ReadinessShape | null, history: HistoryAnswer | null): TemplateResult {
  if (readiness === null) return html`<p class="card quiet">Loading …</p>`;
  const where = history === null ? '' : `hubcast ${history.version}, ${history.store}`;
  if (readiness.status === 'not_ready') {
    return html`<div class="card state bad" role="alert"><strong>Not ready.</strong> ${readiness.reason} <span class="quiet">${where}</span></div>`;
  }
  const warnings = readiness.warnings ?? [];
  return html`<div class="card state ${warnings.length === 0 ? 'good' : 'warn'}">
    <strong>Ready.</strong> <span class="quiet">${where}</span>
    ${warnings.length === 0 ? '' : html`<ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
  </div>`;
}

function tile(label: string, figure: string, level = ''): TemplateResult {
  const shown = figure === '0' ? '' : level;
  return html`<div class="tile ${shown}"><dt>${label}</dt><dd>${figure}</dd></div>`;
}

function totalsByFamily(points: HistoryAnswer['points']): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { events } of points) {
    for (const [family, count] of Object.entries(events)) totals.set(family, (totals.get(family) ?? 0) + count);
  }
  return new Map([...totals].sort(([, one], [, other]) => other - one));
}
