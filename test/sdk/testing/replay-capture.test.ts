import { expect, it } from '@jest/globals';
import { replayCapture } from '../../../src/sdk/testing/replay-capture.ts';

async function* bytes(text: string) {
  yield Buffer.from(text);
}

it.each(['', '\n', '\n\n'])('a file without a line (%j) is an error: a test over nothing would pass', async (text) => {
  await expect(replayCapture(bytes(text)).next()).rejects.toThrow('The capture file is empty.');
});
