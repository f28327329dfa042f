import { dockerEngine } from './engine.ts';
import { whyNoJars } from './jars.ts';

/** How brokers are started on this machine: `containers`, `jars`, or `none: ` and why not. */
export type KafkaForm = 'containers' | 'jars' | `none: ${string}`;

/** Where the form is remembered for child processes; set by hand, it forces one. */
export const FORM_VARIABLE = 'HUBCAST_TEST_KAFKA';

/** Why no broker can be started here, or null. */
export function whyNone(form: KafkaForm): string | null {
  return form.startsWith('none: ') ? form.slice('none: '.length) : null;
}

/** Starts and downloads nothing. */
export async function kafkaForm(): Promise<KafkaForm> {
  const known = process.env[FORM_VARIABLE];
  if (known) return known as KafkaForm;
  if (await dockerEngine()) return 'containers';
  const reason = await whyNoJars();
  return reason === null ? 'jars' : `none: No Docker engine answers, and ${reason}.`;
}
