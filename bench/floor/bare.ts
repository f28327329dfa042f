import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { appSecret, listenAsService } from './listen.ts';
import { isSignedBy } from './signature.ts';

// The floor all ratios refer to: node:http and the HMAC over the body, no parse, no store.
const secret = appSecret();

await listenAsService(
  createServer((request, response) => {
    const hmac = createHmac('sha256', secret);
    request.on('data', (chunk: Buffer) => hmac.update(chunk));
    request.on('end', () => {
      response.statusCode = isSignedBy(hmac, request.headers['x-hub-signature-256']) ? 200 : 401;
      response.end();
    });
  }),
);
