/** The operator's page in Debian's Chromium: every view, at a desk and on a phone, with axe and by the keyboard alone. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { samplesOf, sendTo } from '../../src/sdk/testing.ts';
import { ACCOUNT, NUMBER, standInWith } from '../support/graph.ts';
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
const NUMBERS_TOKEN = 'console-token-0123456789';
const MAX_PAGE_BYTES = 160 * 1024;
const VIEWS = ['Overview', 'Events', 'Failed deliveries', 'Dead letters', 'Numbers', 'Checks'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WAITS = /Loading|Checking|Searching|Connecting/;
const DESK = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 844 };
const SMALL_DARK_PHONE = { viewport: { width: 320, height: 640 }, colorScheme: 'dark' } as const;

(there ? describe : describe.skip)('the console in a browser', () => {
  let browser: Browser;
  let service: TestService;
  /** Beyond loopback, where every read needs a token. */
  let guarded: TestService;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    service = await startTestService({ API_TOKENS: `ops=${TOKEN};events:read+events:replay+numbers:read` });
    guarded = await startTestService({
      INTERNAL_HOST: '0.0.0.0',
      API_TOKENS: `ops=${TOKEN};events:read+events:replay,numbers=${NUMBERS_TOKEN};numbers:read`,
    });
    await send(service, '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":"none"}]}');
    for (let first = 0; first < MANY; first += 1000) await send(service, nameUpdates(first, 1000));
    for (const { payload } of samplesOf('phone_number_name_update')) await send(service, payload);
    await fetch(service.webhookUrl, { method: 'POST', body: '{}', headers: { 'user-agent': 'scanner/1' } });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await service?.remove();
    await guarded?.remove();
  });

  async function open(hash = '', options: BrowserContextOptions = {}, base = service.internalUrl, token = TOKEN) {
    const context = await browser.newContext(options);
    if (token !== '') await context.addInitScript(`sessionStorage.setItem('hubcast-token', '${token}')`);
    const page = await context.newPage();
    const complaints: string[] = [];
    let bytes = 0;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('response', async (response) => {
      bytes += (await response.body().catch(() => Buffer.alloc(0))).length;
    });
    await page.goto(`${base}/console${hash}`);
    return { page, complaints, bytes: () => bytes, close: () => context.close() };
  }

  const rowsOf = (page: Page) => page.locator('table.events tbody tr');

  it.each([
    ['at a desk, and sideways on a phone', {}],
    ['on a small phone in the dark', SMALL_DARK_PHONE],
  ])(
    'goes through every view %s, without a complaint of axe or the browser',
    async (_where, options) => {
      const { page, complaints, bytes, close } = await open('', options);
      await page.waitForSelector('#chart-flow canvas');
      expect(bytes()).toBeLessThan(MAX_PAGE_BYTES);
      for (const view of VIEWS) {
        await page.getByRole('link', { name: view, exact: true }).click();
        await page.locator('h1', { hasText: view }).waitFor();
        await until(async () => !WAITS.test((await page.locator('body').textContent()) ?? ''));
        expect(await page.title()).toBe(`${view} · hubcast`);
        expect(await page.locator('header [role=status]').textContent()).toContain('Ready');
        expect({ view, ...(await faultsOf(page, options)) }).toEqual({ view, violations: [], sideways: [0, 0] });
      }
      await page.goto(`${service.internalUrl}/console#/events?about=15550783881`);
      await rowsOf(page).getByRole('link').first().click();
      await page.getByText('Other events of this delivery').or(page.getByText('No other event came')).waitFor();
      expect(await faultsOf(page, options)).toEqual({ violations: [], sideways: [0, 0] });
      // A refusal by the service is told on the page; the browser's own line about it is no fault of the page.
      expect(complaints.filter((line) => !line.includes('Failed to load resource'))).toEqual([]);
      await expect(page.evaluate("document.querySelector('main').innerHTML = 'x'")).rejects.toThrow('TrustedHTML');
      await close();
    },
    60_000,
  );

  it('finds a delivery that failed, with its reason, in three clicks', async () => {
    const wrong = await sendTo(service.webhookUrl, '{"n":1}', { secret: 'not-the-app-secret-of-this-app-0' });
    expect(wrong.status).toBe(401);
    const { page, close } = await open();
    await page.getByRole('link', { name: 'Failed deliveries' }).click();
    await page.getByRole('listitem').filter({ hasText: 'scanner/1' }).waitFor();
    await page.getByLabel('Reason').selectOption('signature_mismatch');
    await until(async () => !(await page.locator('main').textContent())?.includes('scanner/1'));
    const row = await page.getByRole('listitem').textContent();
    expect(row).toContain('Check that META_APP_SECRET is the App Secret');
    expect(row).toContain('7 B');
    expect(page.url()).toContain('#/failed-deliveries?outcome=signature_mismatch');
    await close();
  }, 60_000);

  it('finds an event among 10,000 by number, text and delivery id, and shows its delivery and siblings', async () => {
    const { page, close } = await open('#/events');
    const find = async (label: string, text: string) => {
      await page.goto(`${service.internalUrl}/console#/events`);
      await page.getByLabel(label).fill(text);
      await page.keyboard.press('Enter');
    };
    await page.waitForSelector('main >> text=Live');
    await until(async () => (await rowsOf(page).count()) === 50);
    await find('Number or subject', '+1 555 000-1234');
    await until(async () => (await rowsOf(page).count()) === 1);
    expect(await rowsOf(page).textContent()).toContain('15550001234');
    await find('Contains', 'shop NUMBER 77 of');
    await until(async () => (await rowsOf(page).textContent())?.includes('15550000077') === true);
    await rowsOf(page).getByRole('link').click();
    const detail = page.getByRole('region', { name: 'phone_number_name_update' });
    await detail.getByText('Other events of this delivery (the first 50)').waitFor();
    expect(await detail.locator('pre').first().textContent()).toContain('"decision": ');
    const id = (await detail.locator('dt:has-text("Event id") + dd').textContent()) ?? '';
    const deliveryId = (await detail.locator('dt:has-text("Delivery id") + dd').textContent()) ?? '';
    expect(await detail.locator('dt:has-text("Trace id") + dd').textContent()).toBe(deliveryId.replaceAll('-', ''));
    const address = page.url();
    expect(address).toContain(`#/events/${id}?`);
    await detail.getByRole('listitem').first().getByRole('link').click();
    await until(async () => !page.url().includes(id));
    await find('Delivery id', deliveryId.toUpperCase());
    await page.getByRole('button', { name: 'Older' }).click();
    await until(async () => (await rowsOf(page).count()) === 100);
    // The address alone, in another tab, without the place of the record.
    const other = await open(`#/events/${id}`);
    await other.page.locator(`dd:has-text("${id}")`).waitFor();
    expect(await other.page.title()).toBe(`Event ${id.slice(0, 8)} · hubcast`);
    await other.close();
    await page.getByLabel('Delivery id').fill('');
    await page.getByLabel('From (UTC)').fill('2099-01-01');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=No such event is stored');
    await close();
  }, 60_000);

  it('checks anew when asked, with the callback URL too', async () => {
    const { page, close } = await open('#/checks');
    await page.waitForSelector('text=callback URL: POST /checks calls it');
    const time = page.locator('main time');
    const checkedAt = await time.getAttribute('datetime');
    await page.getByRole('button', { name: 'Check with the callback URL' }).click();
    await until(async () => (await time.count()) === 1 && (await time.getAttribute('datetime')) !== checkedAt);
    expect(await page.locator('main').textContent()).not.toContain('POST /checks calls it');
    await close();
  }, 60_000);

  it('keeps focus and clicks with their event while others come; Escape closes, and the focus returns', async () => {
    const { page, close } = await open('#/events');
    await page.waitForSelector('main >> text=Live');
    const link = rowsOf(page).first().getByRole('link');
    await link.focus();
    const address = await link.getAttribute('href');
    const focused = () => page.evaluate("document.activeElement.getAttribute('href')");
    for (const { payload } of samplesOf('phone_number_quality_update')) await send(service, payload);
    await until(
      async () => (await rowsOf(page).first().textContent())?.includes('phone_number_quality_update') === true,
    );
    expect(await focused()).toBe(address);
    await page.keyboard.press('Enter');
    await until(async () => (await page.evaluate('document.activeElement.id')) === 'event-title');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await until(async () => (await focused()) === address);
    expect(page.url()).toMatch(/#\/events$/);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForSelector('text=Paused');
    const [first] = samplesOf('account_review_update');
    await send(service, first?.payload ?? '');
    await page.waitForSelector('text=1 new event waits');
    expect(await rowsOf(page).filter({ hasText: 'account_review_update' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Resume' }).click();
    await rowsOf(page).filter({ hasText: 'account_review_update' }).first().waitFor();
    await close();
  }, 60_000);

  it('goes on after a cut where it was', async () => {
    const { page, close } = await open();
    await page.evaluate(CUTTABLE);
    await page.getByRole('link', { name: 'Events' }).click();
    await page.waitForSelector('main >> text=Live');
    const refuseStreams = '**/events/stream?*';
    await page.route(refuseStreams, (route) => route.abort());
    await page.evaluate('cut()');
    await page.waitForSelector('text=Connecting');
    for (const { payload } of samplesOf('phone_number_quality_update').slice(0, 1)) await send(service, payload);
    await send(service, nameUpdates(50_000, 120));
    await page.unroute(refuseStreams);
    await page.waitForSelector('main >> text=Live');
    await until(async () => (await rowsOf(page).count()) > 120);
    const subjects = await rowsOf(page).locator('td:nth-child(3)').allTextContents();
    expect(subjects.slice(0, 120)).toEqual(Array.from({ length: 120 }, (_, n) => String(15_550_050_119 - n)));
    await close();
  }, 60_000);

  it('is used by the keyboard alone', async () => {
    const { page, close } = await open('', SMALL_DARK_PHONE);
    await page.waitForSelector('.tiles');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(17, 21, 19)');
    const tabTo = async (name: string) => {
      const label = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText";
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        if (String(await page.evaluate(label)).startsWith(name)) return;
      }
      throw new Error(`Tab never reached "${name}".`);
    };
    const follow = async (name: string) => {
      await tabTo(name);
      await page.keyboard.press('Enter');
    };
    await follow('Failed deliveries');
    await page.waitForSelector('text=scanner/1');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    await page.evaluate('document.activeElement.blur()');
    await follow('Events');
    await page.waitForSelector('main >> text=Live');
    await page.keyboard.press('Tab');
    await page.keyboard.type('shop number 4321 ');
    await page.keyboard.press('Enter');
    await until(async () => (await rowsOf(page).count()) === 1);
    await follow('phone_number_name_update');
    await page.waitForSelector('#event-title:focus');
    await page.keyboard.press('Escape');
    await page.waitForSelector('table.events a:focus');
    await page.goto(`${service.internalUrl}/console#/dead-letters`);
    await page.getByRole('button', { name: /^Retry/ }).waitFor();
    await follow('Retry');
    await page.waitForSelector('text=Still refused');
    await close();
  }, 60_000);

  it('shows numbers as the alert counts them, and says that effects need a token', async () => {
    const red = { id: '12', display_phone_number: '+1 631-555-0002', quality_rating: 'RED' };
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: [NUMBER, red] }] });
    const withGraph = await startTestService({
      META_GRAPH_URL: graph.url,
      META_ACCESS_TOKEN: graph.accessToken,
      WABA_IDS: ACCOUNT,
    });
    await send(withGraph, '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":"none"}]}');
    const { page, close } = await open('#/numbers', {}, withGraph.internalUrl, '');
    await page.waitForSelector('.badge >> text=RED');
    const [first] = await page.locator('ul.cards > li').all();
    expect(await first?.getAttribute('class')).toContain('bad');
    expect(await first?.textContent()).toContain('+1 631-555-0002');
    expect(await violations(page)).toEqual([]);
    await page.goto(`${withGraph.internalUrl}/console#/dead-letters`);
    await page.waitForSelector('text=set API_TOKENS');
    expect(await page.getByRole('button', { name: /^Retry/ }).count()).toBe(0);
    await page.goto(`${withGraph.internalUrl}/console#/checks`);
    await page.waitForSelector('text=Checked at 20');
    expect(await page.getByRole('button', { name: 'Check with the callback URL' }).count()).toBe(0);
    await close();
    await withGraph.remove();
  }, 60_000);

  it('says on every view that the store is down, and why a search fails', async () => {
    const broken = await startTestService();
    const { page, close } = await open('#/events', {}, broken.internalUrl, '');
    await page.waitForSelector('main >> text=Live');
    for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm'])
      rmSync(join(broken.dataDir, name), { force: true });
    await until(async () => (await fetch(`${broken.internalUrl}/ready`)).status === 503);
    await page.reload();
    await page.waitForSelector('header .badge.bad >> text=Not ready');
    await page.waitForSelector('main >> text=Not ready.');
    expect(await violations(page)).toEqual([]);
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForSelector('text=The service does not answer.');
    await page.waitForSelector('main >> text=Connecting');
    await close();
    await broken.remove();
  }, 60_000);

  it('asks for a token where one is needed, keeps it out of every address, and asks anew once it is revoked', async () => {
    const { port } = new URL(guarded.internalUrl);
    const { page, close } = await open('#/events', {}, `http://127.0.0.1:${port}`, '');
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.getByLabel('Token').fill('a-wrong-token-0123456789');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=not accepted');
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForSelector('main >> text=Live');
    await page.reload();
    await page.waitForSelector('main >> text=Live');
    expect(addresses.join()).not.toContain(TOKEN);
    expect(guarded.logText()).not.toContain(TOKEN);
    guarded.reconfigure({ API_TOKENS: `numbers=${NUMBERS_TOKEN};numbers:read` });
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForSelector('text=This token is not accepted.');
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate("sessionStorage.getItem('hubcast-token')")).toBeNull();
    guarded.reconfigure({});
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.waitForSelector('main >> text=Live');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForSelector('text=It stays in this tab');
    await close();
  }, 60_000);

  it('says which scope a token lacks, and shows what it may see', async () => {
    const { port } = new URL(guarded.internalUrl);
    const { page, close } = await open('', {}, `http://127.0.0.1:${port}`, NUMBERS_TOKEN);
    for (const view of ['Overview', 'Events', 'Failed deliveries', 'Dead letters', 'Checks']) {
      await page.getByRole('link', { name: view, exact: true }).click();
      await page.waitForSelector('[role=alert]:has-text("lacks the scope events:read")');
    }
    await page.getByRole('link', { name: 'Numbers' }).click();
    await page.waitForSelector('text=META_ACCESS_TOKEN');
    await close();
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

const MANY = 10_000;

/** One POST with as many events, each of a number of its own: +1 555 0000000 and up. */
function nameUpdates(first: number, count: number): string {
  const changes = Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const name = `Shop number ${number} of many`;
    const value = {
      display_phone_number: String(15_550_000_000 + number),
      decision: 'APPROVED',
      requested_verified_name: name,
    };
    return { field: 'phone_number_name_update', value };
  });
  const entry = { id: '102290129340398', time: 1_739_321_024, changes };
  return JSON.stringify({ object: 'whatsapp_business_account', entry: [entry] });
}

/** Lets a test cut the stream, as a proxy or a restart does. */
const CUTTABLE = `
  const cutter = new AbortController();
  const { fetch } = window;
  window.cut = () => cutter.abort();
  window.fetch = (path, init) =>
    fetch(path, String(path).startsWith('/events/stream') && !cutter.signal.aborted ? { ...init, signal: cutter.signal } : init);
  undefined`;

/** What axe finds wrong with a view, with the elements. */
async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  return page.evaluate(
    'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))',
  );
}

async function faultsOf(page: Page, { viewport = DESK }: BrowserContextOptions): Promise<object> {
  const found = { violations: await violations(page), sideways: [await sideways(page)] };
  await page.setViewportSize(PHONE);
  found.sideways.push(await sideways(page));
  await page.setViewportSize(viewport ?? DESK);
  return found;
}

/** By how much the page scrolls sideways. */
async function sideways(page: Page): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}

async function send(service: TestService, payload: string): Promise<void> {
  const { status } = await sendTo(service.webhookUrl, payload, { secret: APP_SECRET });
  expect(status).toBe(200);
}
