/** Questions to a person at a terminal. They go to stderr, so that what a command prints stays clean. */
import { HubcastError } from '../core/errors.ts';

export interface Ask {
  /** What is typed is not shown. */
  readonly secret: (message: string) => Promise<string>;
  readonly text: (message: string, fallback: string) => Promise<string>;
  readonly choose: <Value extends string>(
    message: string,
    choices: readonly { readonly value: Value; readonly name: string }[],
  ) => Promise<Value>;
  readonly confirm: (message: string) => Promise<boolean>;
  readonly say: (text: string) => void;
}

export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Loaded at the first prompt, because most commands have none. */
export async function askAtTerminal(): Promise<Ask> {
  const { confirm, input, password, select } = await import('@inquirer/prompts');
  const context = { output: process.stderr };
  return {
    secret: (message) => answered(password({ message, mask: false }, context)),
    text: (message, fallback) => answered(input({ message, default: fallback }, context)),
    choose: (message, choices) => answered(select({ message, choices }, context)),
    confirm: (message) => answered(confirm({ message, default: false }, context)),
    say: (text) => void process.stderr.write(`${text}\n`),
  };
}

/** Ctrl-C at a question is no fault. */
async function answered<Answer>(question: Promise<Answer>): Promise<Answer> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') {
      throw new HubcastError('usage', 'Stopped at the question; hubcast did not act after the last answer.');
    }
    throw error;
  }
}
