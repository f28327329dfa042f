import { expect, it } from '@jest/globals';
import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { describeOwnKafka } from '../../../support/kafka.ts';
import { startBroker } from './start.ts';

describeOwnKafka('a broker with a password', () => {
  it('lets in who knows it, and nobody else', async () => {
    const sasl: SASLOptions = { mechanism: 'plain', username: 'hubcast', password: 'right' };
    const broker = await startBroker({
      clientProtocol: 'SASL_PLAINTEXT',
      client: { sasl },
      properties: {
        'listener.name.client.sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.client.plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_hubcast="right";',
      },
    });
    try {
      const settings = { brokers: broker.brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } };
      const stranger = new Kafka({ ...settings, sasl: { ...sasl, password: 'wrong' } }).admin();
      await expect(stranger.connect()).rejects.toThrow(/authentication/i);
      await stranger.disconnect();
    } finally {
      await broker.close();
    }
  }, 300_000);
});
