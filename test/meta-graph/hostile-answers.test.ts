/** Answers that Graph should not give: each becomes an error of ours or a reply, in bounds, without a secret or a control character. */
import { describe, expect, it } from '@jest/globals';
import { createSecretMask } from '../../src/meta-graph/mask-secrets.ts';
import { readAnswer } from '../../src/meta-graph/read-answer.ts';
import { clientOf, NUMBER, rejectionOf, standInWith } from '../support/graph.ts';

const TOKEN = 'Zebra/1"token"é';
const PIN = '940173';

describe('a refusal', () => {
  async function refusedWith(body: unknown, status = 400) {
    const graph = await standInWith();
    graph.script({ status, body });
    const call = { path: [NUMBER.id, 'register'], accountId: null, secrets: [TOKEN, PIN] };
    return rejectionOf(clientOf(graph).post(call, {}));
  }

  it.each([
    ['a page', '<html><body>Bad gateway</body></html>', 502, 'graph_unavailable'],
    ['half a JSON', '{"error":{"code":133005,"mess', 400, 'graph_refused'],
    ['half a JSON as success', '{"succ', 200, 'graph_unavailable'],
    ['nothing', '', 400, 'graph_refused'],
    ['null', 'null', 200, 'graph_unavailable'],
    ['a list', '[{"error":{}}]', 400, 'graph_refused'],
    ['an error that is empty', { error: {} }, 200, 'graph_unavailable'],
    ['an error that is a text', { error: 'invalid_request' }, 200, 'graph_unavailable'],
    ['an error that is null', { error: null }, 400, 'graph_refused'],
    ['a code that is a text', { error: { code: '133005' } }, 400, 'graph_refused'],
    ['a code that is no integer', { error: { code: 1.5, error_subcode: {} } }, 400, 'graph_refused'],
    [
      'texts of other types',
      { error: { code: 100, message: {}, error_user_msg: 7, fbtrace_id: [] } },
      400,
      'graph_refused',
    ],
  ])('%s', async (_, body, status, code) => {
    const error = await refusedWith(body, status);
    expect(error.code).toBe(code);
    expect(error.message.length).toBeLessThan(1_000);
    for (const member of Object.values(error.details ?? {})) {
      expect(typeof member === 'string' || Number.isSafeInteger(member)).toBe(true);
    }
  });

  it('reads a code and a subcode that came as text', () => {
    const answer = readAnswer(400, '{"error":{"code":"136024","error_subcode":"2388091"}}');
    expect(answer).toMatchObject({ ok: false, failure: { code: 136024, subcode: 2388091 } });
  });

  it.each(['message', 'error_user_title', 'error_user_msg', 'error_data', 'fbtrace_id'])(
    'with a huge %s stays short',
    async (member) => {
      const error = await refusedWith({ error: { code: 100, [member]: '\u{1f600}'.repeat(500_000) } });
      expect(JSON.stringify([error.message, error.details]).length).toBeLessThan(8_000);
      expect(error.message.isWellFormed()).toBe(true);
    },
  );

  it.each(['message', 'error_user_title', 'error_user_msg', 'error_data', 'fbtrace_id'])(
    'repeats no secret in %s, and moves no cursor',
    async (member) => {
      const json = JSON.stringify(TOKEN).slice(1, -1);
      const forms = [
        TOKEN,
        encodeURIComponent(TOKEN),
        encodeURIComponent(TOKEN).toLowerCase().replace('zebra', 'Zebra'),
        json,
        json.replaceAll('/', '\\/').replaceAll('é', '\\u00e9'),
        PIN,
        '940-173',
        '9 4 0 1 7 3',
        '940\u001b173',
        '940\u202e173',
      ];
      const text = `\u001b[2J${forms.join(' | ')}\r\n\u009b1A\u2028`;
      const error = await refusedWith({ error: { code: 100, [member]: text } });
      const shown = JSON.stringify([error.message, error.details]);
      for (const form of [...forms, 'token', '\\u001b']) expect(shown).not.toContain(form);
      expect(`${error.message}${error.details}`).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
      expect(shown).toContain('[removed]');
    },
  );

  it('is masked before it is cut, wherever the secret is', async () => {
    for (let before = 985; before < 1_000; before += 1) {
      const error = await refusedWith({ error: { code: 100, message: `${'x'.repeat(before)}${TOKEN}` } });
      expect(`${error.message}${error.failure}`).not.toContain('Zebra');
    }
  });
});

describe('a success', () => {
  it('is given without secrets, in texts, names and numbers', async () => {
    const graph = await standInWith();
    graph.script({ body: { success: true, [PIN]: 1, note: `PIN ${PIN}`, pins: [Number(PIN), 5, null, true] } });
    const call = { path: [NUMBER.id, 'register'], accountId: null, secrets: [PIN] };
    expect((await clientOf(graph).post(call, {})).body).toEqual({
      success: true,
      '[removed]': 1,
      note: 'PIN [removed]',
      pins: ['[removed]', 5, null, true],
    });
  });

  it('may be nested deeply, or more deeply than can be read', async () => {
    const graph = await standInWith();
    const nested = (depth: number) => `{"success":true,"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const call = { path: [NUMBER.id], accountId: null };
    graph.script({ body: nested(500) });
    expect(JSON.stringify((await clientOf(graph).post(call, {})).body)).toContain('[too deep]');
    graph.script({ body: nested(100_000) });
    expect((await rejectionOf(clientOf(graph).post(call, {}))).code).toBe('graph_unavailable');
  });
});

describe('createSecretMask', () => {
  it('removes the longer of two secrets first, and ignores an empty one', () => {
    const { text } = createSecretMask(['', 'key=1', 'https://a.example/?key=1']);
    expect(text('to https://a.example/?key=1 or key=1')).toBe('to [removed] or [removed]');
  });
});

it('a short secret is removed where it stands alone, and never out of a word', () => {
  const { text } = createSecretMask(['t', 'a+b', 'password']);
  expect(text('The verification of "t" and (a+b) needs t; aab stays, mypassword1 does not.')).toBe(
    'The verification of "[removed]" and ([removed]) needs [removed]; aab stays, my[removed]1 does not.',
  );
});
