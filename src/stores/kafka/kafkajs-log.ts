import kafkajs, { type LogEntry } from 'kafkajs';
import type { Logger } from '../../core/log.ts';

const { logLevel } = kafkajs;

/**
 * kafkajs logs an error for every attempt that fails while a broker is away. What an operator needs to know is logged
 * by hubcast, once; these lines are for those who look closer.
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
