/** What a release changes: every file that carries the version, and the changelog. */

export interface Release {
  readonly version: string;
  /** 2026-11-22 */
  readonly day: string;
  /** Text of a file, by its path from the project's root. */
  readonly read: (path: string) => string;
}

export interface Edit {
  readonly path: string;
  readonly text: string;
}

/** @throws Error saying what keeps this from being a release */
export function releaseEdits({ version, day, read }: Release): readonly Edit[] {
  const current = (JSON.parse(read('package.json')) as { version: string }).version;
  if (!isNewer(version, current, released(read('CHANGELOG.md')))) {
    throw new Error(`${version} is no version after ${current}. Give three numbers, such as 1.2.3, that are newer.`);
  }
  const edit = (path: string, place: RegExp, by: string): Edit => {
    const before = read(path);
    const text = before.replace(place, by);
    if (text === before && current !== version)
      throw new Error(`${path} does not carry the version where it is expected.`);
    return { path, text };
  };
  const chart = edit('helm/Chart.yaml', /^version: .+$/m, `version: ${version}`);
  return [
    edit('package.json', /("version": ")[^"]+/, `$1${version}`),
    edit('package-lock.json', /("name": "hubcast",\s+"version": ")[^"]+/g, `$1${version}`),
    { ...chart, text: chart.text.replace(/^appVersion: .+$/m, `appVersion: "${version}"`) },
    edit('examples/typescript-kafkajs/package.json', /(hubcast-events-)[^"]+(\.tgz)/, `$1${version}$2`),
    edit('Dockerfile', /^ARG VERSION=.+$/m, `ARG VERSION=${version}`),
    { path: 'CHANGELOG.md', text: closeUnreleased(read('CHANGELOG.md'), version, day) },
  ];
}

/** The first release may be of the version that is written already. */
function isNewer(version: string, current: string, anyReleased: boolean): boolean {
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(version)) return false;
  if (version === current) return !anyReleased;
  return version.localeCompare(current, 'en', { numeric: true }) > 0;
}

const released = (changelog: string) => /^## \d/m.test(changelog);

function closeUnreleased(changelog: string, version: string, day: string): string {
  const [, notes = ''] = /^## Unreleased\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(changelog) ?? [];
  if (!/^- /m.test(notes))
    throw new Error('CHANGELOG.md has nothing under "## Unreleased": there is nothing to release.');
  return changelog.replace('## Unreleased\n', `## Unreleased\n\n## ${version} - ${day}\n`);
}

/** A version's part of the changelog: the text of its release. */
export function notesOf(changelog: string, version: string): string {
  const start = changelog.indexOf(`\n## ${version} - `);
  if (start === -1) throw new Error(`CHANGELOG.md has no "## ${version} - <day>".`);
  const from = changelog.indexOf('\n', start + 1) + 1;
  const next = changelog.indexOf('\n## ', from);
  return changelog.slice(from, next === -1 ? undefined : next).trim();
}
