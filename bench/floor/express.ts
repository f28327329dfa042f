import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import getRawBody from 'raw-body';
import { appSecret, listenAsService } from './listen.ts';
import { isSignedBy } from './signature.ts';

// The same job as bare.ts on the service's own web framework: what Express and raw-body cost by themselves.
const secret = appSecret();
const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.post('/webhook', async (request, response) => {
  const length = request.headers['content-length'];
  const body = await getRawBody(request, length === undefined ? { limit: '3mb' } : { limit: '3mb', length });
  const hmac = createHmac('sha256', secret).update(body);
  response.status(isSignedBy(hmac, request.headers['x-hub-signature-256']) ? 200 : 401).end();
});

await listenAsService(createServer(app));
