/**
 * Writes a group of requests: send by send, over new sessions while errors pass, and apart where a broker refuses.
 * Nothing is reported stored unless a broker confirmed each partition of its send.
 */
import { createBackoff } from '../../core/backoff.ts';
import { HubcastError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { pause, within } from '../../core/time-out.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { WriteGroup } from '../group-commit.ts';
import type { StoreMeter } from '../store.ts';
import { BATCH_OVERHEAD_BYTES, firstSend } from './batches.ts';
import { describeKafkaError, retryDecisionFor, storeUnavailable } from './errors.ts';
import { type Item, trackProgress } from './progress.ts';
import { sendAndConfirm } from './send.ts';
import type { Session } from './session.ts';
import { KAFKA_BACKOFF, type KafkaSessionSource } from './session-manager.ts';
import { DEFAULT_MAX_BATCH_BYTES } from './topics.ts';

export interface GroupWriterOptions {
  readonly sessions: KafkaSessionSource;
  /** One send may take this long before its session is given up. */
  readonly attemptTimeoutMs: number;
  readonly compression: number;
  readonly deadLetter: (refused: OutgoingRecord, limitBytes: number) => readonly OutgoingRecord[];
  /** An operator has to mend something about the topic; others may go on. */
  readonly onTopicRefused: (topic: string, reason: string) => void;
  readonly deadLetterTopicFor: (topic: string) => string;
  /** Later requests do not overtake one that failed for a reason that may pass. */
  readonly inOrder: boolean;
  readonly onStored: () => void;
  readonly onFailed: () => void;
  readonly now: () => number;
  readonly log: Logger;
  readonly meter?: StoreMeter | undefined;
}

/** A request is told what is wrong this long before it would only be told that time is up. */
const DEADLINE_MARGIN_MS = 60;
/** Topics with a problem are looked up again no more often than this. */
const PROBLEM_RECHECK_MS = 500;
/** Partition counts and limits are looked up again in the background. */
const RECHECK_MS = 60_000;

export function createGroupWriter(options: GroupWriterOptions): WriteGroup {
  const { sessions, attemptTimeoutMs, now, log } = options;

  return async (group) => {
    const progress = trackProgress(group, options.inOrder);
    let work: Item[][] = [
      group.flatMap((write) => write.records.map((record) => ({ record, write, deadLetter: false }))),
    ];
    const backoff = createBackoff(KAFKA_BACKOFF);
    let lastFailure: HubcastError | undefined;

    while (true) {
      const items = work.shift()?.filter(progress.isOpen);
      if (items === undefined) return;
      if (items.length === 0) continue;
      const latest = now() + DEADLINE_MARGIN_MS;
      const late = items.filter(({ write }) => write.deadlineMs <= latest);
      if (late.length > 0) {
        progress.failed(late, lastFailure ?? storeUnavailable('Kafka did not confirm the write in time.'));
        work.unshift(items);
        continue;
      }
      let session: Session;
      try {
        session = await sessions.session(earliestDeadline(items) - DEADLINE_MARGIN_MS);
      } catch (error) {
        lastFailure = storeUnavailable('Kafka cannot be used', error);
        work.unshift(items);
        continue;
      }
      try {
        await lookUpTopics(session, items);
      } catch (error) {
        work.unshift(items);
        await pass(session, error);
        continue;
      }
      const [ready, waiting] = sortOut(session, items);
      if (waiting.length > 0) {
        // All that goes to these topics waits behind the rest, so that its order stays.
        const all = [...ready, ...work.flat()];
        const blocked = new Set(waiting.map(({ record }) => record.topic));
        const go = all.filter(({ record }) => !blocked.has(record.topic));
        const wait = all.filter(({ record }) => blocked.has(record.topic));
        work = go.length > 0 ? [go, [...waiting, ...wait]] : [[...waiting, ...wait]];
        if (go.length === 0) await pause(backoff.next());
        continue;
      }
      if (ready.length === 0) continue;
      const send = firstSend(ready, session.topics());
      const sent = ready.slice(0, send.count);
      if (send.count < ready.length) work.unshift(ready.slice(send.count));
      const timeoutMs = Math.min(attemptTimeoutMs, latestDeadline(sent) - now());
      try {
        await within(sendAndConfirm(session.producer, send, options.compression, timeoutMs), timeoutMs, () => {
          throw new Error(`no confirmation within ${timeoutMs} ms for ${[...send.topics.keys()].join(', ')}`);
        });
        backoff.reset();
        options.onStored();
        progress.stored(sent);
      } catch (error) {
        const retryDecision = retryDecisionFor(error);
        if (retryDecision === 'refused') {
          sessions.giveUp(session, error);
          work.unshift(...apart(sent, session, error));
        } else if (retryDecision === 'settings') {
          sessions.giveUp(session, error);
          options.onFailed();
          work.unshift(...byTopic(sent, error));
        } else {
          work.unshift(sent);
          await pass(session, error);
        }
      }
    }

    /** Waits a little after an error that may pass. */
    async function pass(session: Session, error: unknown): Promise<void> {
      lastFailure = storeUnavailable('Kafka did not confirm the write', error);
      sessions.giveUp(session, error);
      options.onFailed();
      await pause(backoff.next());
    }

    /** What can be sent, and what may be possible later. Requests to topics that need an operator are told so. */
    function sortOut(session: Session, items: readonly Item[]): [ready: Item[], waiting: Item[]] {
      const waiting: Item[] = [];
      const ready = items.filter((item) => {
        const state = session.topics().get(item.record.topic);
        if (state?.problem === undefined) return state !== undefined;
        const error = storeUnavailable(state.problem);
        if (state.passing) {
          lastFailure = error;
          waiting.push(item);
        } else progress.failed([item], error);
        return false;
      });
      return [ready.filter(progress.isOpen), waiting.filter(progress.isOpen)];
    }

    /** Halves until one record is refused alone: that one continues as dead letters, its neighbours as they are. */
    function apart(items: Item[], session: Session, error: unknown): Item[][] {
      const [item] = items;
      if (item === undefined) return [];
      if (items.length > 1) {
        const half = Math.ceil(items.length / 2);
        return [items.slice(0, half), items.slice(half)];
      }
      const { record } = item;
      const reason = describeKafkaError(error);
      if (item.deadLetter) {
        const message = `Kafka refuses a dead letter for topic ${record.topic}: ${reason}`;
        progress.failed(items, new HubcastError('record_refused', message, { cause: error }));
        return [];
      }
      const limit =
        session.topics().get(options.deadLetterTopicFor(record.topic))?.maxBatchBytes ?? DEFAULT_MAX_BATCH_BYTES;
      try {
        const deadLetters = options.deadLetter(record, limit - BATCH_OVERHEAD_BYTES);
        log.warn(
          { topic: record.topic, id: record.id, characters: record.value.length, deadLetters: deadLetters.length },
          `Kafka refuses an event, it is stored as dead letters: ${reason}`,
        );
        options.meter?.refused();
        return [progress.replaced(item, deadLetters)];
      } catch (failure) {
        const message = `Kafka refuses event ${record.id} for topic ${record.topic} (${reason}), and no dead letter could be made of it: ${messageOf(failure)}`;
        progress.failed(items, new HubcastError('record_refused', message, { cause: failure }));
        return [];
      }
    }

    /** A right that is missing concerns one topic, and Kafka does not say which: the others go on without it. */
    function byTopic(items: Item[], error: unknown): Item[][] {
      const topics = Map.groupBy(items, ({ record }) => record.topic);
      if (topics.size > 1) return [...topics.values()];
      const names = [...topics.keys()].join(', ');
      const refusal = storeUnavailable(`Kafka does not let us write to topic ${names}`, error);
      for (const name of topics.keys()) options.onTopicRefused(name, refusal.message);
      progress.failed(items, refusal);
      return [];
    }
  };

  async function lookUpTopics(session: Session, items: readonly Item[]): Promise<void> {
    const topics = session.topics();
    const names = new Set<string>();
    let unknown = false;
    for (const { record } of items) {
      const state = topics.get(record.topic);
      if (state !== undefined && state.problem === undefined) continue;
      unknown ||= state === undefined;
      names.add(record.topic);
    }
    const age = now() - session.checkedMs();
    if (unknown || (names.size > 0 && age >= PROBLEM_RECHECK_MS)) {
      await session.check([...names], attemptTimeoutMs);
    } else if (age >= RECHECK_MS) {
      session
        .check([], attemptTimeoutMs)
        .catch((error: unknown) => log.debug({ error: messageOf(error) }, 'topic check'));
    }
  }
}

function earliestDeadline(items: readonly Item[]): number {
  return items.reduce((earliest, { write }) => Math.min(earliest, write.deadlineMs), Number.POSITIVE_INFINITY);
}

function latestDeadline(items: readonly Item[]): number {
  return items.reduce((latest, { write }) => Math.max(latest, write.deadlineMs), 0);
}
