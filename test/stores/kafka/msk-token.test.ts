import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, it } from '@jest/globals';
import { createMskTokenProvider } from '../../../src/stores/kafka/msk-token.ts';

const MODULE = pathToFileURL(join(import.meta.dirname, '../../../src/stores/kafka/msk-token.ts')).href;
const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_EC2_METADATA_DISABLED', 'HOME'];
const before = NAMES.map((name) => [name, process.env[name]] as const);
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

it('signs a token with the credentials of the environment, and uses it for most of its life', async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-of-the-example' });
  let nowMs = Date.now();
  const token = createMskTokenProvider('eu-west-1', () => nowMs);
  const [first, same] = await Promise.all([token(), token()]);
  expect(same).toBe(first);
  // https://github.com/aws/aws-msk-iam-auth: a presigned URL of the action kafka-cluster:Connect, in base64url.
  const url = new URL(Buffer.from(first, 'base64url').toString());
  expect(url.origin).toBe('https://kafka.eu-west-1.amazonaws.com');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-west-1\/kafka-cluster\/aws4_request$/),
    'X-Amz-Expires': '900',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(first).not.toContain('secret-of-the-example');
  nowMs += 11 * 60_000;
  expect(await token()).toBe(first);
  nowMs += 2 * 60_000;
  await new Promise((go) => setTimeout(go, 1100));
  expect(await token()).not.toBe(first);
});

it('says what is missing where there are no credentials', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
  Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' });
  await expect(createMskTokenProvider('eu-west-1', Date.now)()).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('Give the process AWS credentials'),
  });
});

it('names the package and where to install it, where it is not installed', () => {
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        return next(name === 'aws-msk-iam-sasl-signer-js' ? 'no-such-package' : name, context);
      },
    });
    const { createMskTokenProvider } = await import(${JSON.stringify(MODULE)});
    await createMskTokenProvider('eu-west-1', Date.now)().catch(({ code, message }) => console.log(code, message));
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stdout).toMatch(/^store_unavailable .*npm install aws-msk-iam-sasl-signer-js/);
});
