/** The pages hold together: links lead somewhere, commands are there, every page can be found. readme.test.ts runs the commands. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createCanaryMetrics } from '../../src/telemetry/metrics/canary-metrics.ts';
import { METRICS } from '../../src/telemetry/metrics/metric-rows.ts';
import { problemOfCommand, readCommands } from '../support/commands.ts';
import { BLOCKS, PAGES, type Page, ROOT } from '../support/documents.ts';

const OTHERS = ['SECURITY.md', 'CHANGELOG.md', 'schemas/README.md', 'examples/README.md', 'test/ledger/README.md'];
const LINKED: readonly Page[] = [
  ...PAGES,
  ...OTHERS.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
];

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');

/** As GitHub makes them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)];
  return new Set(
    headings.map(([, heading = '']) =>
      heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Why a link is dead, or nothing. */
function problemOf(from: Page, target: string): string | null {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from.path : normalize(join(dirname(from.path), file));
  if (path.startsWith('..')) return `${target} leads out of the project`;
  if (!existsSync(join(ROOT, path))) return `${target}: there is no ${path}`;
  if (anchor === undefined) return null;
  const text = path === from.path ? from.text : readFileSync(join(ROOT, path), 'utf8');
  return anchorsOf(text).has(anchor) ? null : `${target}: ${path} has no such heading`;
}

const linksOf = ({ text }: Page) =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

describe('links among the pages', () => {
  it.each(LINKED.map((page) => [page.path, page] as const))('of %s lead somewhere', (_, page) => {
    expect(linksOf(page).flatMap((target) => problemOf(page, target) ?? [])).toEqual([]);
  });

  it('are noticed when they do not', () => {
    const page = {
      path: 'docs/stores.md',
      text: '# A\n\n[a](gone.md) [b](#b) [c](../../c.md) [d](events.md#types) [e](#a)',
    };
    expect(linksOf(page).map((target) => problemOf(page, target) === null)).toEqual([false, false, false, true, true]);
  });

  it('lead from the README to every page', () => {
    const readme = PAGES.find(({ path }) => path === 'README.md') as Page;
    expect(
      PAGES.map(({ path }) => path).filter((path) => path !== 'README.md' && !linksOf(readme).includes(path)),
    ).toEqual([]);
  });
});

describe('code blocks', () => {
  /** What commands may need that no test has. */
  const NEEDS = ['account', 'docker', 'cluster', 'exporter', 'minutes', 'release'];

  it('say what they need where they cannot be run', () => {
    const notes = BLOCKS.filter(({ note }) => note !== '').map(({ path, note }) => `${path}: ${note}`);
    const known = NEEDS.map((need) => `needs=${need}`);
    expect(notes.filter((note) => !known.includes(note.split(': ')[1] as string))).toEqual([]);
  });

  it('hide no commands in blocks of text', () => {
    const text = BLOCKS.filter(({ language }) => language === 'text');
    expect(
      text.filter(({ code }) => /^(npm|npx|node|hubcast|curl|docker|kubectl|helm|git|export) /m.test(code)),
    ).toEqual([]);
  });

  it('and sentences name commands and options of hubcast that are there', async () => {
    const commands = await readCommands();
    const lines = [
      ...BLOCKS.filter(({ language }) => language === 'sh').flatMap(({ code }) =>
        [...code.replaceAll('\\\n', ' ').matchAll(/\bhubcast -- (.*?)(?= \||[|;>]|$)/gm)].map(([, line = '']) => line),
      ),
      // The changelog says what was there, in short forms.
      ...LINKED.filter(({ path }) => path !== 'CHANGELOG.md').flatMap(({ text }) =>
        [...text.matchAll(/`hubcast ([^`]+)`/g)].map(([, line = '']) => line),
      ),
    ];
    expect(lines.length).toBeGreaterThan(60);
    expect(lines.flatMap((line) => problemOfCommand(line.trim(), commands) ?? [])).toEqual([]);
    const wrong = ['launch', 'numbers lock 1', 'doctor --fix', 'dead-letters replay --dry'];
    expect(wrong.filter((line) => problemOfCommand(line, commands) === null)).toEqual([]);
  });

  it('of JSON are JSON', () => {
    for (const { language, code } of BLOCKS) if (language === 'json') expect(() => JSON.parse(code)).not.toThrow();
  });
});

describe('the alerts', () => {
  const rules = readFileSync(join(ROOT, 'helm/monitoring/rules.yaml'), 'utf8');
  const alerts = [...rules.matchAll(/- alert: (\w+)([\s\S]*?)(?=- alert: |$)/g)];
  const page = PAGES.find(({ path }) => path === 'docs/alerts.md') as Page;

  it('each have a section, which says what to do, and name it', () => {
    const sections = page.text.split(/^### /m).slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual(alerts.map(([, name]) => name));
    for (const [, name = '', rule = ''] of alerts) {
      const url = /runbook_url: (\S+)/.exec(rule)?.[1] ?? 'none';
      expect([name, url, problemOf({ path: 'README.md', text: '' }, url)]).toEqual([
        name,
        `docs/alerts.md#${name.toLowerCase()}`,
        null,
      ]);
    }
  });

  it('and pages name metrics that are there', async () => {
    const canary = await createCanaryMetrics()({ ok: true, accepted_ms: 1, read_back_ms: 1 }, 1);
    const known = [...Object.keys(METRICS), ...canary.split(/\s/)];
    // Files are no metrics.
    const named = PAGES.flatMap(({ text }) =>
      [...text.matchAll(/(?<![./\w])hubcast_[a-z_]+[a-z]/g)].map(([name]) => name),
    );
    expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
  });
});
