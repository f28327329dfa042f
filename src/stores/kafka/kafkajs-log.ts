import kafkajs, { type LogEntry } from 'kafkajs';
import type { Logger } from '../../core/log.ts';

const { logLevel } = kafkajs;

/**
 * kafkajs logs an error for every failed attempt while a broker is away. hubcast logs each failure once, so these lines
 * have the levels debug and trace.
 */
export function kafkajsLogging(log: Logger) {
  return {
    level: log.isLevelEnabled('trace') ? logLevel.DEBUG : logLevel.WARN,
    logCreator:
      () =>
      ({ level, namespace, log: { message, broker, error } }: LogEntry): void => {
        const details = { kafkajs: namespace, broker, error };
        if (level === logLevel.DEBUG) log.trace(details, message);
        else log.debug(details, message);
      },
  };
}
