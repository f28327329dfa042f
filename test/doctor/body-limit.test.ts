/** A proxy in front that takes 1 MB, which is what nginx does where nothing is set. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isThere } from '../helm/tools.ts';
import { freePorts } from '../stores/kafka/broker/free-ports.ts';
import { startTestService, type TestService } from '../support/start-service.ts';
import { until } from '../support/until.ts';
import { examineSetup } from './healthy.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-nginx-'));
// Its workers are another user's where it is started by root.
chmodSync(folder, 0o711);
let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  await service.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function withNginx<T>(limit: string, work: (url: string) => Promise<T>): Promise<T> {
  const [port = 0] = await freePorts(1);
  const file = join(folder, `${port}.conf`);
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    file,
    `daemon off; pid ${folder}/${port}.pid; error_log /dev/null; worker_processes 1; events {}
     http { access_log off; ${temp.join(' ')} ${limit}
       server { listen 127.0.0.1:${port}; location / { proxy_pass ${service.publicUrl}; } } }`,
  );
  const nginx = spawn('nginx', ['-c', file, '-e', '/dev/null'], { stdio: 'ignore' });
  const ended = once(nginx, 'exit');
  try {
    const url = `http://127.0.0.1:${port}`;
    await until(() => fetch(url).then(Boolean, () => false));
    return await work(url);
  } finally {
    nginx.kill('SIGTERM');
    await ended;
  }
}

(isThere('nginx', '-v', "a proxy's limit") ? it : it.skip)(
  'doctor finds a limit of 1 MB in nginx, and none of 4 MB',
  async () => {
    const findings = (limit: string) =>
      withNginx(limit, async (publicUrl) => {
        const report = await examineSetup({}, { ...service, publicUrl });
        return report.findings.map(({ code, what }) => `${code}: ${what}`);
      });
    expect(await findings('')).toEqual([
      expect.stringMatching(/^body_limit_in_front: A POST of 3 MB .* 413, and not by hubcast|no answer/),
    ]);
    expect(await findings('client_max_body_size 4m;')).toEqual([]);
  },
);
