import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sendTo } from '../../src/webhook/send.ts';

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/silent') return;
    if (request.url === '/moved') response.writeHead(307, { Location: '/here' });
    response.end('said');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const payload = { object: 'whatsapp_business_account', entry: [] };

it('takes a redirect for the answer: a signed body goes nowhere else', async () => {
  expect(await sendTo(`${url}/moved`, payload, { secret: 's' })).toEqual({ status: 307, body: 'said' });
});

it('gives up on a server that says nothing', async () => {
  await expect(sendTo(`${url}/silent`, payload, { secret: 's', timeoutMs: 50 })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
});
