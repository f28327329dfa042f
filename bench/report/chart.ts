import type { ScenarioSummary } from './summary.ts';

const WIDTH = 760;
const LABEL_WIDTH = 130;
const FIGURE_WIDTH = 230;
const ROW_HEIGHT = 26;
const BAR_HEIGHT = 16;
const TOP = 44;
const BAR_SPACE = WIDTH - LABEL_WIDTH - FIGURE_WIDTH;

/**
 * The saturated scenarios as bars of requests/s: the median of the rounds, a line from the lowest to the highest, and the
 * ratio beside it. Colours that read on light and dark ground alike.
 */
export function renderChart(scenarios: readonly ScenarioSummary[], caption: string): string {
  const bars = scenarios.filter(
    ({ sentLateP99Ms, over, name }) => sentLateP99Ms === undefined && (over?.by === 'requests' || isFloor(name)),
  );
  const most = Math.max(1, ...bars.map(({ perSecond }) => perSecond.highest));
  const height = TOP + bars.length * ROW_HEIGHT + 12;
  const rows = bars.map((summary, row) => renderBar(summary, TOP + row * ROW_HEIGHT, BAR_SPACE / most));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(caption)}" font-family="system-ui, sans-serif" font-size="13" fill="#7a7a7a">
<text x="0" y="18" font-weight="600">Requests a second, one core, closed loop</text>
<text x="0" y="34" font-size="11">${escaped(caption)}</text>
${rows.join('\n')}
</svg>
`;
}

function isFloor(name: string): boolean {
  return name.startsWith('floor-') && name !== 'floor-kafkajs';
}

function renderBar({ name, perSecond, ratio, over }: ScenarioSummary, y: number, scale: number): string {
  const { median, lowest, highest } = perSecond;
  const x = (figure: number): string => (LABEL_WIDTH + figure * scale).toFixed(1);
  const middle = y + BAR_HEIGHT / 2;
  const share = ratio === undefined || over === undefined ? '' : ` (${ratio.median.toFixed(2)} of ${over.scenario})`;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>`,
    `<rect x="${LABEL_WIDTH}" y="${y}" width="${(median * scale).toFixed(1)}" height="${BAR_HEIGHT}" rx="2" fill="${isFloor(name) ? '#a3a3a3' : '#2f9e6e'}"/>`,
    `<line x1="${x(lowest)}" x2="${x(highest)}" y1="${middle}" y2="${middle}" stroke="#4a4a4a"/>`,
    `<text x="${Number(x(highest)) + 6}" y="${middle + 4}">${Math.round(median).toLocaleString('en-US')}${escaped(share)}</text>`,
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
