/** The contract as an AsyncAPI 3 document: every topic, what it is keyed by, its headers and its messages. */
import { FAMILY_NAMES, type Family, familyPlan } from '../fields/families.ts';
import { type EventTypeSchema, eventTypeSchemas } from './json-schemas.ts';

interface AsyncApiOptions {
  /** Of the package. */
  readonly version: string;
  /** The topic of a family. */
  readonly topicOf: (family: Family) => string;
  /** With the schemas inside, for tools that read one file; else they are named by their path. */
  readonly bundled?: boolean;
}

const CONTENT_TYPE = 'application/cloudevents+json';

export function asyncApiDocument({ version, topicOf, bundled = false }: AsyncApiOptions): object {
  const types = eventTypeSchemas();
  const families = FAMILY_NAMES.filter((family) => types.some((type) => type.family === family));
  const typesOf = (family: Family) => types.filter((type) => type.family === family);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'hubcast',
      version,
      description:
        'WhatsApp Business webhooks as CloudEvents on Kafka. Topics are named here as by default; TOPIC_PREFIX and TOPIC_NAMES rename them.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: CONTENT_TYPE,
    channels: Object.fromEntries(families.map((family) => [family, channel(family, topicOf(family), typesOf(family))])),
    operations: Object.fromEntries(families.map((family) => [`send-${family}`, operation(family, typesOf(family))])),
    components: {
      messages: Object.fromEntries(types.map((type) => [type.type, message(type, bundled)])),
      schemas: { headers: HEADERS },
    },
  };
}

function channel(family: Family, topic: string, types: readonly EventTypeSchema[]): object {
  const { about, retentionDays, compacted } = familyPlan(family);
  const topicConfiguration =
    compacted === true
      ? { 'cleanup.policy': ['compact'] }
      : { 'cleanup.policy': ['delete'], 'retention.ms': retentionDays * 86_400_000 };
  return {
    address: topic,
    description: about,
    messages: Object.fromEntries(types.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
    bindings: {
      kafka: {
        topic,
        topicConfiguration,
        bindingVersion: '0.5.0',
      },
    },
  };
}

function operation(family: Family, types: readonly EventTypeSchema[]): object {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${family}` },
    summary: `hubcast writes what it received: ${familyPlan(family).about}`,
    messages: types.map(({ type }) => ({ $ref: `#/channels/${family}/messages/${type}` })),
  };
}

function message({ type, about, page, key, path, schema, examples }: EventTypeSchema, bundled: boolean): object {
  const { $schema: _schema, $id: _id, examples: _examples, ...inside } = schema;
  return {
    name: type,
    title: type,
    summary: about,
    ...(page === null ? {} : { externalDocs: { url: page } }),
    contentType: CONTENT_TYPE,
    headers: { $ref: '#/components/schemas/headers' },
    payload: bundled ? inside : { $ref: `./${path}` },
    bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: '0.5.0' } },
    examples: examples.slice(0, 1).map((payload) => ({ name: 'sample', headers: headersOf(payload), payload })),
  };
}

const text = (description: string) => ({ type: 'string', description });

const HEADERS = {
  type: 'object',
  description: 'The short attributes again, so that consumers can filter without parsing',
  required: [
    'content-type',
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_source',
    'ce_time',
    'ce_dataschema',
    'ce_app',
    'traceparent',
  ],
  properties: {
    'content-type': { type: 'string', const: CONTENT_TYPE },
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: text('id'),
    ce_type: text('type'),
    ce_source: text('source'),
    ce_subject: text('subject; absent when the event has none'),
    ce_time: text('time'),
    ce_dataschema: text('dataschema'),
    ce_app: text('app'),
    traceparent: text('W3C Trace Context'),
  },
};

function headersOf(payload: object): object {
  const { id, type, source, subject, time, dataschema, app } = payload as Record<string, string>;
  return {
    'content-type': CONTENT_TYPE,
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: type,
    ce_source: source,
    ...(subject === undefined ? {} : { ce_subject: subject }),
    ce_time: time,
    ce_dataschema: dataschema,
    ce_app: app,
    traceparent: '00-5f0c9d2e7a314b8e9c642d1e3f405162-9c642d1e3f405162-00',
  };
}
