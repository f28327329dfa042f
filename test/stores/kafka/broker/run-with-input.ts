import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** What a command writes to stdout, given this on stdin. Fails with its stderr when it ends with anything but 0. */
export async function runWithInput(command: string, arguments_: readonly string[], input: string): Promise<string> {
  const child = spawn(command, arguments_, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A command that ends without reading its input closes the pipe; its status tells more than that.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [status, output, complaints] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (status !== 0)
    throw new Error(`${command} ${arguments_.join(' ')} ended with ${status}: ${complaints.slice(-2000)}`);
  return output;
}
