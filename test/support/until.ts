import { patience } from './patience.ts';

/** Waits for a condition, never for a time. @param withinMs of a machine that keeps up */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const startedMs = Date.now();
  while (!(await condition())) {
    if (Date.now() - startedMs > patience(withinMs)) throw new Error(`It did not come about within ${withinMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
