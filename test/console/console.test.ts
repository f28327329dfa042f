import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { samplesOf, sendTo } from '../../src/sdk/testing.ts';
import { ACCOUNT, standInWith } from '../support/graph.ts';
import { APP_SECRET, startTestService, type TestService } from '../support/start-service.ts';
import { until } from '../support/until.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const there = existsSync(CHROMIUM);
if (!there) process.stderr.write(`SKIPPED the console in a browser: there is no ${CHROMIUM}. Name one by CHROMIUM.\n`);

/** Without network of its own, as the test machine has none. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Retrying a dead letter needs one, on loopback as well. */
const TOKEN = 'console-token-9876543210';
const MAX_PAGE_BYTES = 150 * 1024;

(there ? describe : describe.skip)('the console in a browser', () => {
  let browser: Browser;
  let service: TestService;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    service = await startTestService({ API_TOKENS: `ops=${TOKEN};events:read+events:replay+numbers:read` });
    for (const { payload } of samplesOf('phone_number_name_update')) await send(service, payload);
    await send(service, '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":"none"}]}');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await service?.remove();
  });

  async function open(options: BrowserContextOptions = {}, base = service.internalUrl) {
    const context = await browser.newContext(options);
    if (base === service.internalUrl)
      await context.addInitScript(`sessionStorage.setItem('hubcast-token', '${TOKEN}')`);
    const page = await context.newPage();
    const complaints: string[] = [];
    let bytes = 0;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('response', async (response) => {
      bytes += (await response.body().catch(() => Buffer.alloc(0))).length;
    });
    await page.goto(base);
    return { page, complaints, bytes: () => bytes, close: () => context.close() };
  }

  const heading = (page: Page) => page.locator('h1').textContent();

  it('goes through every view, without a complaint of the browser', async () => {
    const { page, complaints, bytes, close } = await open();
    await page.waitForSelector('.tiles');
    expect(await page.locator('.state').first().textContent()).toContain('Ready.');
    await page.waitForSelector('#chart-flow canvas');
    expect(bytes()).toBeLessThan(MAX_PAGE_BYTES);

    await page.getByRole('link', { name: 'Events' }).click();
    await page.waitForSelector('table.events tbody tr');
    await page.getByRole('button', { name: 'phone_number_name_update' }).first().click();
    const detail = page.getByRole('complementary', { name: 'The chosen event' });
    expect(await detail.textContent()).toContain('Event id');
    expect(await detail.locator('pre').first().textContent()).toContain('"decision": ');
    await page.getByLabel('Contains').fill('no event holds this');
    await page.waitForSelector('text=No events yet');

    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByRole('button', { name: /^Retry/ }).click();
    await page.waitForSelector('text=Still refused');

    await page.getByRole('link', { name: 'Numbers' }).click();
    await page.waitForSelector('text=META_ACCESS_TOKEN');

    await page.getByRole('link', { name: 'Checks' }).click();
    await page.waitForSelector('h2 >> text=META_APP_ID is not set');
    // A refusal by the service is told on the page; the browser's own line about it is no fault of the page.
    expect(complaints.filter((line) => !line.includes('Failed to load resource'))).toEqual([]);
    await expect(page.evaluate("document.querySelector('main').innerHTML = 'x'")).rejects.toThrow('TrustedHTML');
    await close();
  }, 60_000);

  it('shows events as they are stored, and pauses when asked', async () => {
    const { page, close } = await open();
    await page.goto(`${service.internalUrl}/console#/events`);
    await page.waitForSelector('text=Live');
    const rows = page.locator('table.events tbody tr');
    const before = await rows.count();
    for (const { payload } of samplesOf('phone_number_quality_update')) await send(service, payload);
    await until(async () => (await rows.count()) > before);
    expect(await rows.first().textContent()).toContain('phone_number_quality_update');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForSelector('text=Resume');
    const [first] = samplesOf('account_review_update');
    await send(service, first?.payload ?? '');
    await until(async () => !(await page.locator('[role=status]').first().textContent())?.includes(', 0 since'));
    expect(await page.getByText('account_review_update').count()).toBe(0);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.waitForSelector('tbody >> text=account_review_update');
    await close();
  }, 60_000);

  it('is used by the keyboard alone, on a phone in the dark', async () => {
    const { page, close } = await open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    await page.waitForSelector('.tiles');
    const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
    const [content, shown] = widths as [number, number];
    expect(content).toBeLessThanOrEqual(shown);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(17, 21, 19)');
    await page.getByRole('link', { name: 'Dead letters' }).focus();
    await page.keyboard.press('Enter');
    await until(async () => (await heading(page)) === 'Dead letters');
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('H1');
    await page.getByRole('button', { name: /^Retry/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Still refused');
    await close();
  }, 60_000);

  it('lists numbers in plain words', async () => {
    const graph = await standInWith();
    const withGraph = await startTestService({
      META_GRAPH_URL: graph.url,
      META_ACCESS_TOKEN: graph.accessToken,
      WABA_IDS: ACCOUNT,
    });
    const { page, close } = await open({}, withGraph.internalUrl);
    await page.goto(`${withGraph.internalUrl}/console#/numbers`);
    await page.waitForSelector('.badge');
    expect(await page.locator('main').textContent()).toContain('Quality');
    await close();
    await withGraph.remove();
  }, 60_000);

  it('asks for a token where one is needed, and keeps it out of every address', async () => {
    const token = 'console-token-0123456789';
    const guarded = await startTestService({
      INTERNAL_HOST: '0.0.0.0',
      API_TOKENS: `ops=${token};events:read+events:replay`,
    });
    const { port } = new URL(guarded.internalUrl);
    const { page, close } = await open({}, `http://127.0.0.1:${port}`);
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.getByLabel('Token').fill('a-wrong-token-0123456789');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=not accepted');
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForSelector('.tiles');
    await page.reload();
    await page.waitForSelector('.tiles');
    expect(addresses.join()).not.toContain(token);
    expect(guarded.logText()).not.toContain(token);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForSelector('text=It stays in this tab');
    await close();
    await guarded.remove();
  }, 60_000);

  it('says which scope a token lacks, and shows what it may see', async () => {
    const token = 'console-token-0123456789';
    const guarded = await startTestService({ INTERNAL_HOST: '0.0.0.0', API_TOKENS: `ops=${token};numbers:read` });
    const { port } = new URL(guarded.internalUrl);
    const { page, close } = await open({}, `http://127.0.0.1:${port}`);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]:has-text("events:read")');
    await page.getByRole('link', { name: 'Numbers' }).click();
    await page.waitForSelector('text=META_ACCESS_TOKEN');
    await close();
    await guarded.remove();
  }, 60_000);
});

describe('the page', () => {
  it('forbids all that is not its own, and its files need no token', async () => {
    const token = 'console-token-0123456789';
    const service = await startTestService({ INTERNAL_HOST: '0.0.0.0', API_TOKENS: `ops=${token};numbers:read` });
    const { port } = new URL(service.internalUrl);
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' });
    const page = await get('/console');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self' 'sha256-");
    expect(await page.text()).not.toContain('http://');
    expect((await get('/')).headers.get('location')).toBe('/console');
    expect((await get('/console/lit-html.js')).status).toBe(200);
    const etag = page.headers.get('etag') ?? '';
    expect((await get('/console', { 'if-none-match': etag })).status).toBe(304);
    for (const path of ['/console/..%2f..%2fpackage.json', '/console/none.js'])
      expect((await get(path)).status).toBe(404);
    expect((await get('/console/history')).status).toBe(401);
    const withScope = await get('/console/history', { authorization: `Bearer ${token}` });
    expect(withScope.status).toBe(403);
    await service.remove();
  });
});

async function send(service: TestService, payload: string): Promise<void> {
  const { status } = await sendTo(service.webhookUrl, payload, { secret: APP_SECRET });
  expect(status).toBe(200);
}
