/** Every command of the README and of docs/ is run, in the order it stands, as a reader would. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { BLOCKS, PAGES, ROOT } from '../support/documents.ts';
import { standInWith } from '../support/graph.ts';
import { describeKafka } from '../support/kafka.ts';

/** Without those that need an account or a cluster: see test/docs/documentation.test.ts. */
const COMMANDS = BLOCKS.filter(({ language, note }) => language === 'sh' && note === '').map(({ code }) => code);

/** Which block a test runs; a block that no test names fails the last test. */
const taken = new Set<string>();

function block(containing: string): string {
  const found = COMMANDS.filter((commands) => commands.includes(containing));
  expect(found).toHaveLength(1);
  taken.add(found[0] as string);
  return found[0] as string;
}

/** Below jest's own, so that the output shows. */
const BLOCK_TIMEOUT_MS = 100_000;
jest.setTimeout(120_000);

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Runs commands in a shell like a reader's; only the ports differ, as the README's may be taken. */
async function run(commands: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const text = commands.replace('18080', String(await freePort())).replace('18081', String(await freePort()));
  const ported = text
    .replaceAll('localhost:18080', `localhost:${/ PORT=(\d+)/.exec(text)?.[1]}`)
    .replaceAll('localhost:18081', `localhost:${/INTERNAL_PORT=(\d+)/.exec(text)?.[1]}`);
  // A group of its own, so that what it left running ends with it: a block that waits for a service would wait for ever.
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', ported], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    detached: true,
  });
  const deadline = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), BLOCK_TIMEOUT_MS);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(deadline);
  expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
  return output;
}

describe('the documentation', () => {
  it('names the two commands, and the demo works', async () => {
    const scripts = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
    const commands = block('npm run demo');
    expect(commands).toContain('npm test ');
    expect(scripts).toHaveProperty('test');
    expect(await run('npm run demo -- --exit')).toContain('The events, as consumers read them');
  });

  it('brings a stranger to an event in five minutes', async () => {
    const output = await run(block('openssl dgst'));
    expect(output).toContain('"topic":"whatsapp.phone-numbers"');
    expect(output).toContain('"subject":"15550783881"');
  });

  it('shows look-ups that work, with a stand-in for Graph', async () => {
    const graph = await standInWith();
    const commands = block('/phone-numbers/health').replace('EAAG...', graph.accessToken);
    const output = await run(commands, { META_GRAPH_URL: graph.url });
    expect(output).toContain('"match":"exact"');
    expect(output).toContain('"match": "exact"');
    expect(output.match(/"summary":/g)).toHaveLength(2);
  });

  it('shows the state of numbers without Graph', async () => {
    const graph = await standInWith();
    const commands = block('phone_number.list').replace('EAAG...', graph.accessToken);
    const output = await run(commands, { META_GRAPH_URL: graph.url });
    expect(output).toContain('"source": "state"');
  });

  it('shows how numbers are managed', async () => {
    const graph = await standInWith();
    const commands = block('numbers pin').replace('EAAG...', graph.accessToken);
    const output = await run(commands, { META_GRAPH_URL: graph.url });
    expect(output).toContain('"operation":"set-conversational"');
    expect(output).toContain('"next": "none"');
    expect(output.match(/"outcome":"(started|done)"/g)).toHaveLength(4);
    expect(output).not.toContain('123456');
  });

  it('captures and replays', async () => {
    const output = await run(block('capture export --from'));
    expect(output).toContain('"sent":1');
    expect(output).toContain('"answers":{"200":1}');
  });

  it('says how dead letters are read again', async () => {
    expect(await run(block('dead-letters --help'))).toContain('Usage: hubcast dead-letters');
  });

  it('says how the set-up is checked', async () => {
    expect(await run(block('doctor --help'))).toContain('Usage: hubcast doctor');
  });

  it('prints topics for Strimzi', async () => {
    expect(await run(block('topics plan --strimzi'))).toContain('  topicName: "whatsapp.messages"');
  });

  it('shows commands that work', async () => {
    const output = await run(block('-- --help'));
    expect(output).toContain('Usage: hubcast');
    expect(output).toContain('"key":"0:16505551111"');
  });

  it('reads the journal without Kafka', async () => {
    const output = await run(block('/events?type='));
    expect(output.match(/"whatsapp.account_review_update"/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('erases a person', async () => {
    const output = await run(block('erase --number'));
    expect(output).toContain('1 of 1 records would be removed');
    expect(output).toContain('"dry_run":false,"looked_at":1,"records":1,');
  });

  it('lists the fields to subscribe', async () => {
    const fields = (await run(block('console.log'))).trim().split(',');
    expect(fields).toEqual(expect.arrayContaining(['messages', 'phone_number_name_update', 'account_update']));
    expect(fields).not.toContain('(hubcast)');
  });

  it('names only scripts that exist', () => {
    const scripts = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
    for (const { text } of PAGES)
      for (const [, name = ''] of text.matchAll(/npm run (?:-s )?([a-z]+(?::[a-z]+)?)/g))
        expect(scripts).toHaveProperty(name);
  });
});

describeKafka('the documentation with Kafka', (kafka) => {
  it('needs one setting more', async () => {
    const commands = block('export KAFKA_BROKERS=localhost:9092').replace('localhost:9092', kafka.brokers.join(','));
    const output = await run(commands, { TOPIC_PREFIX: `readme-${process.pid}` });
    expect(output).toContain('200 stored');
    expect(output).toContain('"type":"whatsapp.phone_number_quality_update"');
  });

  it('moves a journal', async () => {
    const commands = block('hubcast -- forward').replace('localhost:9092', kafka.brokers.join(','));
    const output = await run(commands, { TOPIC_PREFIX: `readme-forward-${process.pid}` });
    expect(output).toContain('"problems": []');
    expect(output).toContain('"dry_run":true,"records":1,');
    expect(output).toContain('"dry_run":false,"forwarded":1,"parked":0,"left":0,"problem":null');
  });

  it('has no block of commands that is not run', () => {
    expect(COMMANDS.filter((commands) => !taken.has(commands))).toEqual([]);
  });
});
