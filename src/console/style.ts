/** One sheet, light and dark, from a phone's width up. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f6; --card: #ffffff; --text: #1b211d; --quiet: #5b665f; --line: #dde3de;
  --good: #14804f; --warn: #9a6200; --bad: #c0262d; --accent: #3557b7; --focus: #3557b7;
  font: 15px/1.5 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111513; --card: #1a201d; --text: #e6ebe8; --quiet: #9aa79f; --line: #2c352f;
    --good: #4cc38a; --warn: #e0a33a; --bad: #ff7b7f; --accent: #8ea8ff; --focus: #8ea8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
header { display: flex; align-items: center; gap: 8px 20px; flex-wrap: wrap; padding: 10px 20px; background: var(--card); border-bottom: 1px solid var(--line); }
.brand { font-weight: 700; color: var(--good); text-decoration: none; }
nav { display: flex; gap: 4px; flex: 1; flex-wrap: wrap; }
nav a { padding: 6px 10px; border-radius: 6px; color: var(--text); text-decoration: none; }
nav a:hover { background: var(--ground); }
nav a[aria-current] { background: var(--ground); font-weight: 600; box-shadow: inset 0 -2px 0 var(--good); }
main { max-width: 1200px; margin: 0 auto; padding: 20px; }
h1 { font-size: 1.5rem; margin: 0 0 12px; }
h2 { font-size: 1.05rem; margin: 0 0 6px; overflow-wrap: anywhere; }
h2 code { font-size: 1em; }
main > h2 { margin-top: 20px; }
h3 { font-size: .95rem; margin: 16px 0 6px; }
a, button, input, select { font: inherit; }
button, input, select { min-height: 36px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
h1:focus-visible { outline: none; }
button { padding: 6px 14px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); color: var(--text); cursor: pointer; }
button:hover { border-color: var(--quiet); }
button[aria-pressed="true"] { border-color: var(--warn); color: var(--warn); }
button.link { min-height: 0; border: 0; padding: 0; background: none; text-align: left; color: var(--accent); }
input, select { padding: 6px 8px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); color: var(--text); max-width: 100%; }
code, pre { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: 0; padding: 10px; max-height: 420px; overflow: auto; border-radius: 6px; background: var(--ground); white-space: pre-wrap; }
.quiet { color: var(--quiet); }
p:empty { margin: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin: 0 0 16px; }
.card > :first-child { margin-top: 0; }
.card > :last-child { margin-bottom: 0; }
.state { border-left: 4px solid var(--line); }
.state.good { border-left-color: var(--good); }
.state.warn { border-left-color: var(--warn); }
.state.bad { border-left-color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 0 0 16px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; }
.tile dt { color: var(--quiet); font-size: .85rem; }
.tile dt::first-letter { text-transform: uppercase; }
.tile dd { margin: 0; font-size: 1.6rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile.good dd { color: var(--good); } .tile.warn dd { color: var(--warn); } .tile.bad dd { color: var(--bad); }
.chart { min-height: 180px; overflow: hidden; }
.u-legend { color: var(--quiet); font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--quiet); font-weight: 600; font-size: .85rem; }
th, td { padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.u-legend th, .u-legend td { padding: 2px 4px; border: 0; }
.u-legend { width: auto; margin: 0 auto; }
th.number, td.number { padding-right: 0; text-align: right; }
tbody tr:last-child td { border-bottom: 0; }
.events tbody tr { cursor: pointer; }
.events tbody tr:hover, .chosen { background: var(--ground); }
.chosen td:first-child { box-shadow: -4px 0 var(--accent); }
.events td:first-child { width: 11.5em; }
main a { color: var(--accent); }
td.wide, th.wide { white-space: nowrap; }
.split.open .wide { display: none; }
.split > * { min-width: 0; }
footer { max-width: 1200px; margin: 0 auto; padding: 0 20px 20px; font-size: .85rem; }

.filters { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 200px), 1fr)); gap: 10px 16px; align-items: end; margin: 0 0 14px; }
.filters input, .filters select { width: 100%; }
.filters input:user-invalid { border-color: var(--bad); }
.buttons { display: flex; gap: 14px; align-items: center; }
.filters label { display: grid; gap: 2px; font-size: .85rem; color: var(--quiet); }
.split { display: grid; gap: 16px; align-items: start; }
@media (min-width: 900px) { .split.open { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
@media (max-width: 899px) { .split.open .detail { order: -1; } }
@media (max-width: 900px) { nav { order: 1; flex-basis: 100%; } header > :nth-child(2) { flex: 1; } }
@media (max-width: 600px) { li > .bar > :first-child { flex-basis: 100%; } footer { padding: 0 12px 12px; } .wide { display: none; } .events td:first-child { width: 6.5em; } .filters { grid-template-columns: 1fr 1fr; } main { padding: 12px; } header { padding: 8px 12px; } nav a { padding: 6px 7px; } }
.bar { display: flex; justify-content: space-between; align-items: center; gap: 4px 12px; flex-wrap: wrap; margin-bottom: 8px; }
.bar > :first-child { flex: 1; min-width: 0; margin: 0; }
.reading { display: grid; grid-template-columns: minmax(90px, max-content) 1fr; gap: 3px 14px; margin: 0; }
.reading dt { color: var(--quiet); }
.reading dd { margin: 0; overflow-wrap: anywhere; }
.cards { list-style: none; margin: 0; padding: 0; display: grid; gap: 14px; }
.cards .card { margin: 0; }
.badge { padding: 1px 10px; border-radius: 99px; border: 1px solid var(--line); font-size: .85rem; }
.badge.good { color: var(--good); } .badge.warn { color: var(--warn); } .badge.bad { color: var(--bad); }
.reasons { padding-left: 18px; margin: 10px 0 0; }
.login { max-width: 420px; margin-top: 12vh; }
.login label { display: grid; gap: 4px; }
@media (prefers-reduced-motion: no-preference) { nav a, button { transition: border-color .1s, background .1s; } }
`;
