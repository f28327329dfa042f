/** Charts of the last hour. uPlot is loaded by the page as a script of its own. */
import type uPlotType from 'uplot';
import type { HistoryAnswer } from './shapes.ts';
import { visibleSeconds } from './visible-seconds.ts';
import { utc } from './words.ts';

declare const uPlot: typeof uPlotType;

type Points = HistoryAnswer['points'];
type Line = readonly [
  label: string,
  color: string,
  read: (point: Points[number], stepSeconds: number) => number | null,
];

export const FLOW_LINES: readonly Line[] = [
  ['events/s', '--good', (point, step) => sum(point.events) / step],
  ['refused/s', '--warn', (point, step) => point.refused / step],
  ['failed/s', '--bad', (point, step) => point.failed / step],
];

export const LATENCY_LINES: readonly Line[] = [
  ['p50 ms', '--good', ({ p50Ms }) => p50Ms],
  ['p99 ms', '--accent', ({ p99Ms }) => p99Ms],
];

const HEIGHT = 180;
const drawn = new Map<HTMLElement, { chart: uPlotType; dark: boolean }>();

/** Draws a chart into an element, or updates the one that is there. */
export function drawChart(element: HTMLElement, lines: readonly Line[], { points, step_ms }: HistoryAnswer): void {
  const times = points.map(({ atMs }) => atMs / 1000);
  const columns = lines.map(([, , read]) => points.map((point) => read(point, step_ms / 1000)));
  const data = [times, ...columns] as uPlotType.AlignedData;
  const width = Math.max(240, element.clientWidth);
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const known = drawn.get(element);
  if (known !== undefined && known.dark === dark && element.contains(known.chart.root)) {
    if (known.chart.width !== width) known.chart.setSize({ width, height: HEIGHT });
    known.chart.setData(data);
    return;
  }
  known?.chart.destroy();
  const color = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  const chart = new uPlot(
    {
      width,
      height: HEIGHT,
      cursor: { drag: { x: false, y: false } },
      scales: {
        x: { range: (plot) => visibleSeconds(plot.data[0] ?? [], step_ms / 1000, Date.now() / 1000) },
        y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 0) * 1.1)] },
      },
      axes: [
        { ...axis, space: 80, values: clockTimes },
        { ...axis, size: 48 },
      ],
      series: [
        { label: 'Time', value: (_plot, seconds) => (seconds == null ? '–' : momentOf(seconds)) },
        ...lines.map(([label, name]) => ({
          label,
          stroke: color(name),
          width: 2,
          spanGaps: false,
          points: { size: 6, fill: color(name), filter: isolatedPoints },
        })),
      ],
    },
    data,
    element,
  );
  drawn.set(element, { chart, dark });
}

function momentOf(seconds: number): string {
  return utc(new Date(seconds * 1000).toISOString());
}

function clockTimes(_plot: uPlotType, times: number[], _axis: number, _space: number, stepSeconds: number): string[] {
  return times.map((seconds) => momentOf(seconds).slice(11, stepSeconds < 60 ? 19 : 16));
}

/** A measurement between two empty steps belongs to no line, so it is drawn as a dot. */
function isolatedPoints(chart: uPlotType, series: number, show: boolean): number[] | null {
  if (show) return null;
  const values = chart.data[series] ?? [];
  const lone = [...values.keys()].filter(
    (at) => values[at] != null && values[at - 1] == null && values[at + 1] == null,
  );
  return lone.length === 0 ? null : lone;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
