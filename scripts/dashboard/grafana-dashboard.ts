/** The rows as Grafana reads them: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
import { type Panel, type Query, ROWS } from './panels.ts';

const COLUMNS = 24;
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
/** What `$$` in a query becomes. */
const CHOICE = 'job=~"$job",instance=~"$instance"';

export function grafanaDashboard(): object {
  return {
    uid: 'hubcast',
    title: 'hubcast',
    description: "Meta's WhatsApp webhooks on their way to durable events.",
    tags: ['hubcast', 'whatsapp'],
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: [datasourceVariable(), labelVariable('job'), labelVariable('instance')] },
    panels: layOut(),
  };
}

function datasourceVariable(): object {
  return { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {} };
}

function labelVariable(name: string): object {
  const query = `label_values(hubcast_build_info${name === 'instance' ? '{job=~"$job"}' : ''}, ${name})`;
  return {
    name,
    type: 'query',
    datasource: DATASOURCE,
    query: { query, refId: name },
    definition: query,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
  };
}

function layOut(): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, height, panels: inRow } of ROWS) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    for (const panel of inRow) {
      panels.push({ id: panels.length + 1, ...toPanel(panel), gridPos: { x, y, w: panel.width, h: height } });
      x += panel.width;
    }
    y += height;
  }
  return panels;
}

function toPanel(panel: Panel): object {
  const { title, about, queries } = panel;
  return {
    type: TYPES[panel.kind],
    title,
    description: about,
    datasource: DATASOURCE,
    targets: queries.map(toTarget),
    fieldConfig: { defaults: defaultsOf(panel), overrides: Object.entries(panel.colors ?? {}).map(toOverride) },
    ...OPTIONS[panel.kind],
  };
}

const TYPES = {
  stat: 'stat',
  timeseries: 'timeseries',
  bars: 'timeseries',
  bargauge: 'bargauge',
  heatmap: 'heatmap',
  table: 'table',
  pie: 'piechart',
} as const satisfies Record<Panel['kind'], string>;

const LAST = { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } };

const SERIES = {
  options: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
};

const OPTIONS: Readonly<Record<Panel['kind'], object>> = {
  stat: { options: { ...LAST, colorMode: 'value', graphMode: 'area', textMode: 'auto', justifyMode: 'auto' } },
  timeseries: SERIES,
  bars: SERIES,
  bargauge: { options: { ...LAST, displayMode: 'gradient', orientation: 'horizontal', showUnfilled: true } },
  heatmap: {
    options: {
      calculate: false,
      color: { mode: 'scheme', scheme: 'Blues', steps: 64 },
      yAxis: { unit: 'short' },
      cellGap: 1,
      legend: { show: true },
      tooltip: { mode: 'single' },
    },
  },
  table: {
    options: { showHeader: true, cellHeight: 'sm' },
    transformations: [{ id: 'organize', options: { excludeByName: { Time: true, Value: true } } }],
  },
  pie: {
    options: {
      ...LAST,
      pieType: 'donut',
      legend: { displayMode: 'table', placement: 'right', showLegend: true, values: ['value'] },
    },
  },
};

function toTarget({ expr, legend, table }: Query, place: number): object {
  return {
    refId: String.fromCharCode('A'.charCodeAt(0) + place),
    datasource: DATASOURCE,
    expr: expr.replaceAll('$$', () => CHOICE),
    ...(legend === undefined ? {} : { legendFormat: legend }),
    ...(table === true ? { format: 'table', instant: true } : { range: true }),
    // A heatmap's buckets are its rows, not cumulative series.
    ...(legend === '{{le}}' ? { format: 'heatmap' } : {}),
  };
}

function defaultsOf({ kind, unit, max, thresholds, stacked, words }: Panel): object {
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(max === undefined ? {} : { min: 0, max }),
    color: { mode: thresholds !== undefined && !isSeries(kind) ? 'thresholds' : 'palette-classic' },
    ...(thresholds === undefined ? {} : { thresholds: { mode: 'absolute', steps: stepsOf(thresholds) } }),
    ...(words === undefined ? {} : { mappings: [{ type: 'value', options: words }] }),
    ...(isSeries(kind) ? { min: 0, custom: drawingOf(kind, stacked === true, thresholds !== undefined) } : {}),
  };
}

const isSeries = (kind: Panel['kind']) => kind === 'timeseries' || kind === 'bars';

function drawingOf(kind: Panel['kind'], stacked: boolean, lines: boolean): object {
  return {
    drawStyle: kind === 'bars' ? 'bars' : 'line',
    lineInterpolation: 'smooth',
    lineWidth: kind === 'bars' ? 0 : 2,
    fillOpacity: kind === 'bars' ? 80 : stacked ? 35 : 10,
    gradientMode: 'opacity',
    showPoints: 'never',
    spanNulls: true,
    stacking: { mode: stacked || kind === 'bars' ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: lines ? 'dashed' : 'off' },
  };
}

function stepsOf([yellow, red]: readonly [number, number]): readonly object[] {
  if (red < yellow) {
    return [
      { color: 'red', value: null },
      { color: 'yellow', value: red },
      { color: 'green', value: yellow },
    ];
  }
  const steps = [{ color: 'green', value: null as number | null }];
  if (yellow < red) steps.push({ color: 'yellow', value: yellow });
  return [...steps, { color: 'red', value: red }];
}

function toOverride([name, color]: readonly [string, string]): object {
  return {
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
  };
}
