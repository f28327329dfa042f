import { createServer } from 'node:http';
import express from 'express';
import { CONNECTED_NUMBER } from '../../src/sdk/testing/graph-stand-in/state.ts';
import { LOOKED_UP_ACCOUNT } from '../load/looked-up.ts';
import { listenAsService } from './listen.ts';

// What a team would write first: answers of the size of a look-up's in a map, given out by Express as it comes.
const numbers = new Map(
  LOOKED_UP_ACCOUNT.numbers.map((number) => [
    number.id,
    {
      phone_number_id: number.id,
      account_id: LOOKED_UP_ACCOUNT.id,
      display_phone_number: number.display_phone_number,
      digits: number.display_phone_number.replace(/\D/g, ''),
      fetched_at: new Date(0).toISOString(),
      stale: false,
      source: 'cache',
      value: { ...CONNECTED_NUMBER, ...number },
      derived: { limit: { tier: 'TIER_2K', unique_recipients_per_day: 2000, unlimited: false, scope: 'portfolio' } },
    },
  ]),
);
const app = express();
app.get('/phone-numbers/:id', (request, response) => {
  const found = numbers.get(request.params.id);
  if (found === undefined) response.status(404).end();
  else response.json(found);
});

await listenAsService(createServer(app));
