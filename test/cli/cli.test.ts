import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nameUpdateBody, post } from '../support/name-update.ts';
import { type RunningService, runCli, SECRET, startServe } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-cli-'));
const payload = join(folder, 'payload.json');
writeFileSync(payload, nameUpdateBody(1));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BARE =
  '{"field":"phone_number_name_update","value":{"display_phone_number":"16505551111","decision":"APPROVED","n":90071992547409931234}}';

describe('hubcast', () => {
  it.each([[[]], [['serve']], [['demo']], [['send']], [['parse']], [['events']], [['describe']]])(
    '%j --help shows examples',
    async (args: string[]) => {
      const { code, stdout } = await runCli([...args, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Usage: hubcast');
      expect(stdout).toContain('Examples:');
    },
  );

  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['events', '--from', 'yesterday'], 'Use start, end, a time or an age'],
    [['events', '--limit', '0'], 'whole number'],
    [['events', '--follow', '--to', '1h'], 'give one of them'],
    [['describe', 'nothing'], 'Allowed choices'],
    [['send', '/nowhere.json'], 'cannot be read'],
    [['parse', '/nowhere.json'], 'cannot be read'],
    [['serve'], 'META_APP_SECRET is missing'],
    [['events'], 'journal'],
  ])('%j ends with 2, a message and no stack', async (args, message) => {
    const { code, stderr } = await runCli(args, { env: { DATA_DIR: join(folder, 'none') } });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each(['20.1.0', '23.99.99', '24.14.0'])('says in one line that Node %s is too old', async (version) => {
    const older = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`;
    const { code, stderr } = await runCli(['serve'], { nodeOptions: ['--import', older] });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining(`hubcast needs Node 24.14.1 or newer; this is Node ${version}`),
    ]);
  });

  it.each(['24.14.1', '24.15.0', '26.0.0'])('runs on Node %s', async (version) => {
    const newer = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`;
    expect((await runCli(['--version'], { nodeOptions: ['--import', newer] })).code).toBe(0);
  });

  it('names the port that is taken', async () => {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const port = String((server.address() as { port: number }).port);
    const env = {
      META_APP_SECRET: 's',
      META_VERIFY_TOKEN: 't',
      HOST: '127.0.0.1',
      PORT: port,
      INTERNAL_PORT: '0',
      DATA_DIR: join(folder, 'x'),
    };
    const { code, stderr } = await runCli(['serve'], { env });
    server.close();
    expect(code).toBe(2);
    expect(stderr).toContain(`127.0.0.1:${port} is taken by another process`);
  });
});

describe('an address that cannot be listened on', () => {
  it.each([
    ['HOST', 'no-such-host.invalid', 'cannot be resolved to an address'],
    ['INTERNAL_HOST', 'no-such-host.invalid', 'cannot be resolved to an address'],
    ['HOST', '192.0.2.1', 'is not an address of this machine'],
  ])('%s=%s gets advice about the host', async (name, host, reason) => {
    const env = {
      META_APP_SECRET: 's',
      META_VERIFY_TOKEN: 't',
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      API_TOKENS: 'ops=0123456789abcdef;manage',
      DATA_DIR: join(folder, 'y'),
      [name]: host,
    };
    const { code, stderr } = await runCli(['serve'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain(`${name}=${host} ${reason}`);
    expect(stderr).not.toContain('Choose another PORT');
  });
});

describe('hubcast parse', () => {
  it('prints one line per event, with every digit', async () => {
    const { code, stdout } = await runCli(['parse', '-'], { input: BARE });
    expect(code).toBe(0);
    expect(stdout).toContain('"n":90071992547409931234');
    const { topic, key, headers, event } = JSON.parse(stdout);
    expect({ topic, key, type: headers.ce_type, test: event.data.test }).toEqual({
      topic: 'whatsapp.phone-numbers',
      key: '0:16505551111',
      type: 'whatsapp.phone_number_name_update',
      test: true,
    });
  });

  it('prints for people with --format pretty, without colour in a pipe', async () => {
    const { stdout } = await runCli(['parse', payload, '--format', 'pretty']);
    expect(stdout).toContain('whatsapp.phone_number_name_update  15550000001');
    expect(stdout).not.toContain('\u001b');
  });
});

describe('hubcast describe', () => {
  it.each(['fields', 'topics', 'settings', 'errors'])('%s: a table, and the same as JSON', async (what) => {
    const rows = JSON.parse((await runCli(['describe', what])).stdout) as Record<string, string>[];
    const table = (await runCli(['describe', what, '--format', 'pretty'])).stdout.trimEnd().split('\n');
    expect(rows.length).toBeGreaterThan(1);
    expect(table).toHaveLength(rows.length + 1);
  });

  it.each(['settings', 'errors'])('%s: also where the settings are wrong', async (what) => {
    expect(await runCli(['describe', what], { env: { PORT: 'abc' } })).toMatchObject({ code: 0, stderr: '' });
  });

  it('fields: says which setting is wrong', async () => {
    const { code, stderr } = await runCli(['describe', 'fields'], { env: { TOPIC_PREFIX: 'a b' } });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('TOPIC_PREFIX is not a valid') });
  });

  it('settings: shows the group, and the form of those that have one', async () => {
    const rows = JSON.parse((await runCli(['describe', 'settings'])).stdout) as Record<string, string>[];
    expect(rows.find(({ setting }) => setting === 'KAFKA_BROKERS')).toMatchObject({
      group: 'Kafka',
      form: 'host:port, ...',
    });
  });

  it('never shows the value of a setting', async () => {
    const { stdout } = await runCli(['describe', 'settings'], { env: { META_APP_SECRET: 'hush' } });
    expect(stdout).not.toContain('hush');
  });
});

describe('with a service running', () => {
  const env = { DATA_DIR: join(folder, 'data') };
  let service: RunningService;
  beforeAll(async () => {
    service = await startServe(env);
  });
  afterAll(() => service.end('SIGKILL'));

  it('send signs as Meta does, wraps a bare change, and events reads it while the service runs', async () => {
    const sent = await runCli(['send', '-', '--url', `${service.publicUrl}/webhook`], {
      env: { META_APP_SECRET: SECRET },
      input: BARE,
    });
    expect(sent).toMatchObject({ code: 0, stdout: '200 stored\n' });
    const { stdout } = await runCli(['events', '--format', 'json', '--from', 'start'], { env });
    const line = JSON.parse(stdout.split('\n')[0] ?? '');
    expect(Object.keys(line)).toEqual(['topic', 'partition', 'offset', 'key', 'headers', 'event']);
    expect(line).toMatchObject({ topic: 'whatsapp.phone-numbers', partition: 0, key: '0:16505551111' });
  });

  it('send ends with 1 when the answer is not 200', async () => {
    const options = { env: { META_APP_SECRET: 'wrong' } };
    const { code, stdout } = await runCli(
      ['send', payload, '--json', '--url', `${service.publicUrl}/webhook`],
      options,
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: 401, body: expect.stringContaining('signature_mismatch') });
  });

  it('send reports a refused connection', async () => {
    const { code, stderr } = await runCli(['send', payload, '--url', 'http://127.0.0.1:1/webhook'], {
      env: { META_APP_SECRET: 's' },
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^http:\/\/127.0.0.1:1\/webhook cannot be reached: .+\nIs "hubcast serve" running there\?/,
      ),
    });
  });

  it('send takes PORT as serve does', async () => {
    const { port } = new URL(service.publicUrl);
    const sent = await runCli(['send', payload], { env: { META_APP_SECRET: SECRET, PORT: port } });
    expect(sent).toMatchObject({ code: 0, stdout: '200 stored\n' });
  });

  it.each([
    [['send', payload], { PORT: 'abc' }, 'PORT is not a whole number'],
    [['send', payload], { PORT: '0' }, 'PORT=0 takes a free port'],
    [['send', payload, '--url', 'localhost'], {}, 'is not an http or https URL'],
    [['send', payload, '--url', 'ftp://x/'], {}, 'is not an http or https URL'],
  ])('%j with %j ends with 2', async (args, more: Record<string, string>, message) => {
    const { code, stderr } = await runCli(args, { env: { META_APP_SECRET: SECRET, ...more } });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  it.each([
    ['nosuch', ''],
    ['phone-number', 'Did you mean phone-numbers?'],
    ['whatsapp.phonenumbers', 'Did you mean whatsapp.phone-numbers?'],
  ])('events --topic %s: there is none', async (topic, hint) => {
    const { code, stderr, stdout } = await runCli(['events', '--topic', topic], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`There is no topic "${topic}" in the store`);
    expect(stderr).toContain(hint);
  });

  it('events --topic takes families and planned topics without a record', async () => {
    const { code, stderr, stdout } = await runCli(['events', '--topic', 'calls', 'whatsapp.raw'], { env });
    expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: '' });
  });

  it('events --type warns of a type nobody knows, and names the nearest', async () => {
    const { code, stderr, stdout } = await runCli(['events', '--type', 'phone_number_name_updat'], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('No event type of this version is named whatsapp.phone_number_name_updat.');
    expect(stderr).toContain('Did you mean whatsapp.phone_number_name_update?');
    expect((await runCli(['events', '--type', 'whatsapp.dead_letter', 'unknown'], { env })).stderr).toBe('');
  });

  it('events filters by type and topic, limits, and follows', async () => {
    for (const number of [1, 2, 3])
      expect((await post(`${service.publicUrl}/webhook`, nameUpdateBody(number), SECRET)).status).toBe(200);
    expect((await post(`${service.publicUrl}/webhook`, Buffer.from('nonsense'), SECRET)).status).toBe(200);
    const lines = async (...args: string[]) => {
      const { stdout } = await runCli(['events', ...args], { env });
      return stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    };
    expect(await lines('--topic', 'dead-letter')).toHaveLength(1);
    expect(await lines('--type', 'whatsapp.dead_letter')).toHaveLength(1);
    expect(await lines('--type', 'phone_number_name_update', '--limit', '2')).toHaveLength(2);
    const [{ event: some }] = await lines('--type', 'phone_number_name_update', '--limit', '1');
    const ofDelivery = await lines('--delivery', some.deliveryid);
    expect(ofDelivery.map(({ event }) => event.id)).toEqual([some.id]);
    const ofSubject = await lines('--subject', some.subject);
    expect(ofSubject.map(({ event }) => event.subject)).toContain(some.subject);
    expect(new Set(ofSubject.map(({ event }) => event.subject)).size).toBe(1);
    expect(await lines('--to', '1h')).toHaveLength(0);
    expect(await lines('--from', 'end')).toHaveLength(0);
    expect((await lines('--from', '1h')).length).toBeGreaterThanOrEqual(4);
    const following = lines('--from', 'end', '--follow', '--limit', '1');
    // The reader needs a moment to stand at the end; a new update each time makes sure one comes behind it.
    const ended = following.then(() => true);
    let number = 100;
    while (!(await Promise.race([ended, new Promise((resolve) => setTimeout(() => resolve(false), 200))]))) {
      await post(`${service.publicUrl}/webhook`, nameUpdateBody(number++), SECRET);
    }
    expect((await following)[0].event.subject).toMatch(/^155500001\d\d$/);
  });

  it('a second service on the same folder is refused', async () => {
    await expect(startServe(env)).rejects.toThrow('Stop the other one');
  });

  it('SIGTERM ends it with 0 and the log says how it went', async () => {
    expect(await service.end('SIGTERM')).toBe(0);
    const messages = service.log.map((line) => JSON.parse(line).msg);
    expect(messages).toEqual(expect.arrayContaining(['ready', 'delivery', 'stopped']));
  });
});
