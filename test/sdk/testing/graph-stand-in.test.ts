import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { GraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { NEW_NUMBER } from '../../../src/sdk/testing/graph-stand-in/state.ts';
import { readSignature, toAppSecret, verifySignature } from '../../../src/webhook/signature.ts';
import { ACCOUNT, createClock, NUMBER, standInWith } from '../../support/graph.ts';

const HOUR_MS = 3_600_000;

interface Reply {
  readonly success?: boolean;
  readonly id?: string;
  readonly error?: { readonly code: number; readonly error_subcode?: number; readonly message?: string };
  readonly [member: string]: unknown;
}

async function call(graph: GraphStandIn, path: string, body?: object, token = graph.accessToken): Promise<Reply> {
  const response = await fetch(`${graph.url}/v26.0/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Reply;
}

const fresh = { ...NUMBER, ...NEW_NUMBER };
const oneNew = { accounts: [{ id: ACCOUNT, numbers: [fresh] }] };
const register = (graph: GraphStandIn, pin: string) =>
  call(graph, `${NUMBER.id}/register`, { messaging_product: 'whatsapp', pin });

describe('the Graph stand-in', () => {
  it('takes a new number through code, check, PIN and registration', async () => {
    const graph = await standInWith(oneNew);
    expect((await register(graph, '123456')).error?.code).toBe(133006);
    await call(graph, `${NUMBER.id}/request_code`, { code_method: 'SMS', language: 'en_US' });
    const code = graph.codeSentTo(NUMBER.id) ?? '';
    expect(code).toMatch(/^\d{3}-\d{3}$/);
    expect((await call(graph, `${NUMBER.id}/verify_code`, { code })).error?.code).toBe(136025);
    expect((await call(graph, `${NUMBER.id}/verify_code`, { code: code.replace('-', '') })).success).toBe(true);
    expect((await register(graph, '123456')).success).toBe(true);
    expect(await call(graph, `${NUMBER.id}?fields=status,platform_type`)).toMatchObject({
      status: 'CONNECTED',
      platform_type: 'CLOUD_API',
    });
  });

  it('sends one code an hour, and five in 24 hours', async () => {
    const clock = createClock();
    const graph = await standInWith({ ...oneNew, now: clock.now });
    const ask = () => call(graph, `${NUMBER.id}/request_code`, { code_method: 'VOICE', language: 'en_US' });
    for (let code = 0; code < 5; code += 1) {
      expect((await ask()).success).toBe(true);
      expect((await ask()).error).toMatchObject({ code: 136024, error_subcode: code < 4 ? 2388091 : 2388367 });
      clock.pass(HOUR_MS);
    }
    clock.pass(19 * HOUR_MS);
    expect((await ask()).success).toBe(true);
  });

  it('counts wrong PINs and locks', async () => {
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: [NUMBER] }] });
    await call(graph, NUMBER.id, { pin: '111111' });
    for (let guess = 0; guess < 5; guess += 1) expect((await register(graph, '222222')).error?.code).toBe(133005);
    expect((await register(graph, '111111')).error?.code).toBe(133008);
  });

  it('refuses the eleventh registration in 72 hours', async () => {
    const clock = createClock();
    const graph = await standInWith({ now: clock.now });
    for (let time = 0; time < 10; time += 1) expect((await register(graph, '111111')).success).toBe(true);
    expect((await register(graph, '111111')).error?.code).toBe(133016);
    clock.pass(72 * HOUR_MS);
    expect((await register(graph, '111111')).success).toBe(true);
  });

  it('registers a number while its name is in review', async () => {
    const graph = await standInWith(oneNew);
    graph.change(NUMBER.id, { name_status: 'PENDING_REVIEW', code_verification_status: 'VERIFIED' });
    expect((await register(graph, '111111')).success).toBe(true);
    expect(await call(graph, `${NUMBER.id}?fields=status,name_status`)).toMatchObject({
      status: 'CONNECTED',
      name_status: 'PENDING_REVIEW',
    });
  });

  it('leaves the PIN of a registered number as it is', async () => {
    const graph = await standInWith(oneNew);
    graph.change(NUMBER.id, { code_verification_status: 'VERIFIED' });
    await register(graph, '111111');
    expect((await register(graph, '222222')).error?.code).toBe(133005);
    expect((await register(graph, '111111')).success).toBe(true);
  });

  it('does not register a number of the Business app', async () => {
    const graph = await standInWith(oneNew);
    graph.change(NUMBER.id, { is_on_biz_app: true, platform_type: 'ON_PREMISE' });
    expect((await register(graph, '111111')).error).toMatchObject({
      code: 100,
      message: expect.stringContaining('not available for SMB businesses'),
    });
  });

  it('takes no override before the app is subscribed, and no welcome message', async () => {
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: [NUMBER], subscribed: false }] });
    const override = { override_callback_uri: 'https://x.example/', verify_token: 't' };
    const refused = { code: 100, message: expect.stringContaining('your app must be subscribed') };
    expect((await call(graph, NUMBER.id, { webhook_configuration: override })).error).toMatchObject(refused);
    expect((await call(graph, `${ACCOUNT}/subscribed_apps`, override)).error).toMatchObject(refused);
    await call(graph, `${ACCOUNT}/subscribed_apps`, {});
    expect((await call(graph, NUMBER.id, { webhook_configuration: override })).success).toBe(true);
    const welcome = await call(graph, `${NUMBER.id}/conversational_automation`, { enable_welcome_message: true });
    expect(welcome.error?.code).toBe(100);
  });

  it('refuses the next operation as it is told, and no read', async () => {
    const graph = await standInWith();
    graph.refuse('still_in_app');
    graph.refuse('no_such_object');
    expect((await call(graph, `${NUMBER.id}?fields=status`)).error).toBeUndefined();
    expect((await register(graph, '111111')).error).toMatchObject({
      code: 100,
      error_subcode: 2388001,
      error_user_title: 'Cannot Create Certificate',
      error_user_msg: expect.stringContaining('disconnect it'),
    });
    expect((await call(graph, NUMBER.id, { pin: '111111' })).error?.code).toBe(803);
    expect((await register(graph, '111111')).success).toBe(true);
  });

  it('deregisters, but not a number of the Business app, nor twice', async () => {
    const graph = await standInWith();
    expect((await call(graph, `${NUMBER.id}/deregister`, {})).success).toBe(true);
    expect((await call(graph, `${NUMBER.id}/deregister`, {})).error?.code).toBe(133010);
    graph.change(NUMBER.id, { is_on_biz_app: true, platform_type: 'CLOUD_API' });
    expect((await call(graph, `${NUMBER.id}/deregister`, {})).error?.code).toBe(100);
  });

  it('adds a number, and moves one from another account', async () => {
    const graph = await standInWith({
      accounts: [
        { id: ACCOUNT, numbers: [NUMBER] },
        { id: '2', numbers: [] },
      ],
    });
    const added = await call(graph, '2/phone_numbers', { cc: '49', phone_number: '15123456789', verified_name: 'New' });
    expect(await call(graph, `${added.id}?fields=status`)).toMatchObject({ status: 'PENDING' });
    const move = { cc: '1', phone_number: '6315555555', migrate_phone_number: true };
    expect((await call(graph, '2/phone_numbers', { ...move, migrate_phone_number: false })).error?.code).toBe(100);
    await call(graph, NUMBER.id, { pin: '111111' });
    expect((await call(graph, '2/phone_numbers', move)).error).toMatchObject({ code: 100, error_subcode: 2388001 });
    const listed = await call(graph, `${ACCOUNT}/phone_numbers`, move);
    expect(listed.error).toMatchObject({ code: 100, error_subcode: 2388012 });
    graph.remove(NUMBER.id);
    graph.add(ACCOUNT, NUMBER);
    expect((await call(graph, '2/phone_numbers', move)).id).toMatch(/^\d+$/);
    expect(await call(graph, `${NUMBER.id}?fields=status`)).toMatchObject({ status: 'MIGRATED' });
  });

  it('keeps an override and conversational components', async () => {
    const graph = await standInWith();
    await call(graph, NUMBER.id, {
      webhook_configuration: { override_callback_uri: 'https://x.example/', verify_token: 't' },
    });
    await call(graph, `${NUMBER.id}/conversational_automation`, { prompts: ['Hello'] });
    expect(await call(graph, `${NUMBER.id}?fields=webhook_configuration,conversational_automation`)).toMatchObject({
      webhook_configuration: { phone_number: 'https://x.example/' },
      conversational_automation: { prompts: ['Hello'] },
    });
    await call(graph, NUMBER.id, { webhook_configuration: { override_callback_uri: '' } });
    const { webhook_configuration } = await call(graph, `${NUMBER.id}?fields=webhook_configuration`);
    expect(webhook_configuration).not.toHaveProperty('phone_number');
  });

  it('sends a signed webhook for a decided name and a changed PIN', async () => {
    const bodies: { field: string; value: object }[] = [];
    const receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      verifySignature(body, readSignature(request.headers['x-hub-signature-256'] as string), [toAppSecret('s')]);
      const [entry] = JSON.parse(body.toString()).entry;
      expect(entry.id).toBe(ACCOUNT);
      bodies.push(entry.changes[0]);
      response.end();
    }).listen(0);
    await new Promise((resolve) => receiver.once('listening', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhook`;
    const graph = await standInWith({ webhook: { url, appSecret: 's' } });
    await call(graph, NUMBER.id, { new_display_name: 'Lucky Shrub Two' });
    expect(await call(graph, `${NUMBER.id}?fields=new_name_status`)).toMatchObject({
      new_name_status: 'PENDING_REVIEW',
    });
    await graph.reviewName(NUMBER.id, 'APPROVED');
    await call(graph, NUMBER.id, { pin: '123456' });
    expect(await graph.webhooksSent()).toEqual([200, 200]);
    receiver.close();
    expect(bodies).toMatchObject([
      {
        field: 'phone_number_name_update',
        value: { decision: 'APPROVED', requested_verified_name: 'Lucky Shrub Two' },
      },
      { field: 'security', value: { event: 'PIN_CHANGED', display_phone_number: '16315555555' } },
    ]);
    expect(await call(graph, `${NUMBER.id}?fields=verified_name`)).toMatchObject({ verified_name: 'Lucky Shrub Two' });
  });

  it.each([
    ['an unknown id', '404', 100, 33],
    ['a path that is none', '1/nowhere', 100, 33],
    ['a field that does not exist', `${NUMBER.id}?fields=nothing`, 100, undefined],
  ])('refuses %s', async (_, path, code, error_subcode) => {
    expect((await call(await standInWith(), path)).error).toMatchObject({
      code,
      ...(error_subcode && { error_subcode }),
    });
  });

  it('refuses a wrong token', async () => {
    expect((await call(await standInWith(), NUMBER.id, undefined, 'wrong')).error?.code).toBe(190);
  });

  it('refuses reads beyond the limit, and says so in headers before', async () => {
    const graph = await standInWith({ callsPerHour: 4 });
    const read = () =>
      fetch(`${graph.url}/v26.0/${NUMBER.id}`, { headers: { authorization: `Bearer ${graph.accessToken}` } });
    const percents: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const header = (await read()).headers.get('x-business-use-case-usage') ?? '{}';
      percents.push(JSON.parse(header)[ACCOUNT][0].call_count);
    }
    expect(percents).toEqual([25, 50, 75, 100]);
    expect(((await (await read()).json()) as Reply).error?.code).toBe(80008);
  });
});
