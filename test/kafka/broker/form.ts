import { whyNoJars } from './jars.ts';

/** How brokers are started on this machine; `none` says why not. */
export type KafkaForm = { readonly how: 'containers' | 'jars' } | { readonly how: 'none'; readonly why: string };

/** Quick: starts and downloads nothing. */
export async function kafkaForm(): Promise<KafkaForm> {
  const why = await whyNoJars();
  if (why === null) return { how: 'jars' };
  return { how: 'none', why: `No Docker engine answers, and ${why}.` };
}
