// What jest's global setup tells the suites, which run in processes that inherit its environment.
import { FORM_VARIABLE, type KafkaForm, kafkaForm, whyNone } from '../stores/kafka/broker/form.ts';

const HOLDER = 'HUBCAST_TEST_KAFKA_HOLDER';
const SKIPPED = 'HUBCAST_TEST_KAFKA_SKIPPED';

export interface KafkaEnvironment {
  /** Brokers that somebody else runs (KAFKA_BROKERS), or null. */
  readonly given: string[] | null;
  /** How brokers can be started here. */
  readonly form: KafkaForm;
  readonly holderUrl: string;
  /** A file to which suites that cannot run write their names. */
  readonly skippedFile: string;
}

export async function writeKafkaEnvironment(holderUrl: string, skippedFile: string): Promise<void> {
  process.env[FORM_VARIABLE] = await kafkaForm();
  process.env[HOLDER] = holderUrl;
  process.env[SKIPPED] = skippedFile;
}

export function readKafkaEnvironment(): KafkaEnvironment {
  const form = process.env[FORM_VARIABLE];
  if (form === undefined) {
    throw new Error(
      'jest ran without test/support/global-setup.ts. Run it with the jest.config.js of this repository.',
    );
  }
  const given = process.env.KAFKA_BROKERS?.split(',')
    .map((broker) => broker.trim())
    .filter(Boolean);
  return {
    given: given && given.length > 0 ? given : null,
    form: form as KafkaForm,
    holderUrl: process.env[HOLDER] ?? '',
    skippedFile: process.env[SKIPPED] ?? '',
  };
}

/** What is missing for the suites that cannot run, and what to do about it. */
export function howToGetKafka({ form, given }: KafkaEnvironment): string {
  const way = given === null ? ', or set KAFKA_BROKERS' : '';
  return `${whyNone(form) ?? ''} Install Docker, or Java 17 and Maven${way}.`;
}
