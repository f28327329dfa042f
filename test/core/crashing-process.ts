/** Logs numbered lines as fast as it can, then ends as its argument says: `crash`, or `exit` once the log's reader is gone. */
import { openProcess } from '../../src/app/process.ts';

const LINES = 4_000;
const LINES_A_TURN = 200;
const { log, exit } = openProcess(process.env, { sharesLog: () => process.env.SHARED === 'yes' });
const [, , how] = process.argv;
let n = 0;

function turn(): void {
  for (let line = 0; line < LINES_A_TURN; line += 1, n += 1) log.info({ n, text: 'x'.repeat(700) }, 'numbered');
  if (n < LINES) setImmediate(turn);
  else if (how === 'exit') exit(7);
  else throw new Error('on purpose');
}
turn();
