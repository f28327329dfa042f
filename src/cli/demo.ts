/** The tour: a service on throw-away secrets, Meta played by us, and the events that come of it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { startService } from '../app/service.ts';
import { SCOPES } from '../config/api-tokens.ts';
import { readSettings } from '../config/read-settings.ts';
import type { Settings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { phoneNumberChanged } from '../events/system/phone-numbers.ts';
import type { AnyField } from '../fields/field.ts';
import { findField } from '../fields/registry.ts';
import { topicsOfFamily } from '../records/planned-topics.ts';
import { startGraphStandIn } from '../sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { NEW_NUMBER } from '../sdk/testing/graph-stand-in/state.ts';
import { openReader } from '../stores/select.ts';
import { WHATSAPP_OBJECT } from '../webhook/envelope.ts';
import { sendHandshake, sendTo } from '../webhook/send.ts';
import { paint, print } from './output.ts';
import { toPretty } from './show-record.ts';

const DEMO_PORT = 8080;
const DEMO_INTERNAL_PORT = 8081;
const DEMO_ACCOUNT = '102290129340398';
/** The number of Meta's samples, as Graph would list it. */
const DEMO_NUMBER = { id: '106540352242922', display_phone_number: '+1 555-078-3881', quality_rating: 'YELLOW' };
/** A second one, which waits to be registered. */
const NEW_DEMO_NUMBER = { ...NEW_NUMBER, id: '106540352242955', display_phone_number: '+1 555-078-3882' };
const NAME_REVIEW_MS = 10_000;
const EVENTS_WAIT_MS = 10_000;

export function demoCommand(): Command {
  return new Command('demo')
    .description('start on the embedded journal with throw-away secrets, act as Meta, and show the events')
    .option('--exit', 'stop after the tour')
    .addHelpText('after', '\nExamples:\n  npm run demo\n  npm run demo -- --exit')
    .action((options: { exit?: boolean }) => demo(options.exit === true));
}

async function demo(exit: boolean): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hubcast-demo-'));
  // However it ends: Ctrl-C, an error, a pipe whose reader went away.
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const secret = randomBytes(16).toString('hex');
  const token = randomBytes(8).toString('hex');
  const apiToken = randomBytes(16).toString('hex');
  const graph = await startGraphStandIn({
    appSecret: secret,
    accounts: [{ id: DEMO_ACCOUNT, portfolioId: '2729063490586005', numbers: [DEMO_NUMBER, NEW_DEMO_NUMBER] }],
    reviewNamesAfterMs: NAME_REVIEW_MS,
    onCode: (number, code) => void print(`${paint('cyan', `SMS to ${number}`)}  Your WhatsApp code: ${code}`),
  });
  const settings = readSettings({
    META_APP_SECRET: secret,
    META_VERIFY_TOKEN: token,
    META_ACCESS_TOKEN: graph.accessToken,
    META_GRAPH_URL: graph.url,
    WABA_IDS: DEMO_ACCOUNT,
    MANAGEMENT: 'on',
    API_TOKENS: `demo=${apiToken};${SCOPES.join('+')}`,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: String(await freePort(DEMO_PORT)),
    INTERNAL_PORT: String(await freePort(DEMO_INTERNAL_PORT)),
  });
  const service = await startService(() => settings, createLog('error', process.stderr));
  const cleanUp = async () => {
    await service.stop();
    await graph.close();
  };
  try {
    await service.ready;
    const url = `${service.publicUrl}/webhook`;
    graph.sendWebhooksTo({ url, appSecret: secret });
    await print(`${paint('bold', 'hubcast is running')} on the embedded journal, with throw-away secrets.\n`);
    await playHandshake(url, token);
    await playLookUp(service.internalUrl, apiToken);
    const samples = sampleRequests();
    for (const { about, body } of samples) await playDelivery(url, secret, about, body);
    await playForgery(url, samples[0]?.body ?? '{}');
    await showEvents(settings, samples.length);
    if (exit) return;
    await print(hints(service.publicUrl ?? '', service.internalUrl, { dataDir, secret, token, apiToken }));
    await untilSignal();
  } finally {
    await cleanUp();
  }
}

/** One step of the tour: what Meta does, and what the service answered. */
async function step(what: string, answer: string): Promise<void> {
  await print(`${paint('green', '✓')} ${what}\n  ${paint('dim', answer)}`);
}

async function playHandshake(url: string, token: string): Promise<void> {
  const challenge = '1158201444';
  const { status, body } = await sendHandshake(url, { verifyToken: token, challenge });
  expectAnswer(status === 200 && body === challenge, 'The handshake failed');
  await step(
    'Handshake: Meta asks whether the callback URL is ours',
    `GET /webhook?hub.challenge=${challenge}  ->  200 ${body}`,
  );
}

async function playLookUp(internalUrl: string, apiToken: string): Promise<void> {
  const path = `/phone-numbers/by-number/${encodeURIComponent('+1 (555) 078-3881')}`;
  const response = await fetch(internalUrl + path, { headers: { authorization: `Bearer ${apiToken}` } });
  const { phone_number_id: id, value } = (await response.json()) as {
    phone_number_id: string;
    value: Readonly<Record<string, unknown>>;
  };
  expectAnswer(id === DEMO_NUMBER.id, `The look-up was answered with ${response.status}`);
  await step(
    'Look-up: which of our numbers is +1 (555) 078-3881? (a stand-in answers for Graph)',
    `GET ${path}\n  ->  200 id ${id}, "${value.verified_name}", ${value.status}, quality ${value.quality_rating}`,
  );
}

async function playDelivery(url: string, secret: string, about: string, body: string): Promise<void> {
  const startedMs = performance.now();
  const { status } = await sendTo(url, body, { secret });
  const ms = (performance.now() - startedMs).toFixed(1);
  expectAnswer(status === 200, `"${about}" was answered with ${status}`);
  await step(`Signed webhook: ${about}`, `POST /webhook  ->  200 after ${ms} ms, its event synced to disk`);
}

async function playForgery(url: string, body: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
    body,
  });
  expectAnswer(response.status === 401, `A forged request was answered with ${response.status}`);
  await step('Forged webhook: somebody without the App Secret', 'POST /webhook  ->  401, no event stored');
}

/** The webhooks' events, and the change that hubcast finds in them; not the state it keeps beside. */
async function showEvents(settings: Settings, count: number): Promise<void> {
  await print(`\n${paint('bold', 'The events, as consumers read them')}\n`);
  const reader = openReader({ settings: () => settings, log: createLog('warn', process.stderr) });
  const topics = topicsOfFamily(settings, 'phone-numbers');
  let told = 0;
  let changes = 0;
  const signal = AbortSignal.timeout(EVENTS_WAIT_MS);
  for await (const record of reader.read({ topics, from: 'start', follow: true, signal })) {
    await print(`${toPretty(record)}\n`);
    if (record.headers.ce_type === phoneNumberChanged.type) changes += 1;
    else told += 1;
    if (told === count && changes > 0) break;
  }
  reader.close();
  expectAnswer(
    told === count && changes > 0,
    `${count} events and a change were expected, ${told} and ${changes} came`,
  );
}

/** What Meta would send: the registry's own samples of the two number fields. */
function sampleRequests(): readonly { readonly about: string; readonly body: string }[] {
  return ['phone_number_name_update', 'phone_number_quality_update'].flatMap((name) => {
    const field = findField(name) as AnyField;
    return field.samples.slice(0, 1).map(({ about, value }) => ({
      about: `${name}, ${about.charAt(0).toLowerCase()}${about.slice(1)}`,
      body: JSON.stringify({
        object: WHATSAPP_OBJECT,
        entry: [{ id: DEMO_ACCOUNT, time: Math.floor(Date.now() / 1000), changes: [{ field: name, value }] }],
      }),
    }));
  });
}

function hints(
  publicUrl: string,
  internalUrl: string,
  { dataDir, secret, token, apiToken }: Record<'dataDir' | 'secret' | 'token' | 'apiToken', string>,
): string {
  return `${paint('bold', `It keeps running. Look at it: ${internalUrl}/console`)} (token: ${apiToken})

Or try, in another terminal:

  # watch events arrive
  DATA_DIR=${dataDir} npm run -s hubcast -- events --follow

  # send one more, as the dashboard's Test button would
  echo '{"field":"phone_number_name_update","value":{"display_phone_number":"16505551111","decision":"APPROVED"}}' |
    META_APP_SECRET=${secret} npm run -s hubcast -- send - --url ${publicUrl}/webhook

  # the handshake, and whether the store can take a write
  curl '${publicUrl}/webhook?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=42'
  curl ${internalUrl}/ready

  # your numbers, how they are doing, and what else can be asked
  curl -H 'Authorization: Bearer ${apiToken}' ${internalUrl}/phone-numbers
  curl -H 'Authorization: Bearer ${apiToken}' ${internalUrl}/phone-numbers/health
  curl -H 'Authorization: Bearer ${apiToken}' ${internalUrl}/openapi.json

  # register the second number step by step (its SMS shows here), then give it a name, which is reviewed in ${NAME_REVIEW_MS / 1000} seconds
  export HUBCAST_URL=${internalUrl} HUBCAST_TOKEN=${apiToken}
  npm run -s hubcast -- numbers register ${NEW_DEMO_NUMBER.id}
  npm run -s hubcast -- numbers display-name ${NEW_DEMO_NUMBER.id} "Lucky Shrub Two" --follow --every 2

Ctrl-C stops it and removes its data.`;
}

function expectAnswer(right: boolean, problem: string): void {
  if (!right) throw new HubcastError('internal', `${problem}.`);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** The usual port, or any free one when it is taken. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(wanted)));
  });
}
