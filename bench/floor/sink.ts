import { createServer } from 'node:net';
import { listenAsService } from './listen.ts';

// Answers every chunk with a 200 and looks at nothing: the cheapest peer Node can be, to find the load generator's own
// ceiling. Right only for a client with one small request in flight per connection.
const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');

await listenAsService(
  createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(ANSWER));
    socket.on('error', () => socket.destroy());
  }),
);
