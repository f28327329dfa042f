// Run as a process of its own by store.test.ts: writes one record, closes, and ends when nothing is left open.
import { makeRecord, openStore, topicPlan } from './support.ts';

const brokers = (process.argv[2] ?? '').split(',');
const plan = topicPlan('messages');
const store = openStore(brokers, [plan]);
await store.append([makeRecord(plan.name)]);
await new Promise((resolve) => setTimeout(resolve, 100));
await store.close();
