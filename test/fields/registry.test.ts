import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import type { FieldEvent } from '../../src/events/contract.ts';
import { envelopeSchema, eventSchemaOf, systemEventSchemaOf, unknownEventSchema } from '../../src/events/contract.ts';
import { DEAD_LETTER_TYPE, typeOfEvent, UNKNOWN_TYPE } from '../../src/events/event.ts';
import { exampleEvents } from '../../src/events/examples.ts';
import { systemEvents } from '../../src/events/system-events.ts';
import { allEvents, allFields } from '../../src/fields/registry.ts';

/** Fields of object whatsapp_business_account as Meta's dashboard and pages name them, and older names still seen. */
const META_FIELDS = [
  'account_alerts account_review_update account_settings_update account_update automatic_events',
  'business_capability_update business_status_update business_username_updates business_username_update calls',
  'consumer_profile flows group_lifecycle_update group_participants_update group_settings_update group_status_update',
  'group_participant_update',
  'history message_echoes message_template_components_update message_template_quality_update',
  'message_template_status_update messages messaging_handovers partner_solutions payment_configuration_update',
  'phone_number_name_update phone_number_quality_update security smb_app_state_sync smb_message_echoes standby',
  'template_category_update template_correct_category_detection tracking_events user_preferences user_id_update',
  'campaign_status_update template_performance_metrics web_app_data_sync web_message_echoes',
].flatMap((line) => line.split(' '));

describe('the registry', () => {
  it('knows every field of Meta, each once', () => {
    const names = allFields().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(META_FIELDS));
    expect(new Set(names).size).toBe(names.length);
  });

  it('has an event type of its own for every event', () => {
    const types = allEvents().map(({ field, event }) => typeOfEvent(field, event));
    types.push(UNKNOWN_TYPE, ...systemEvents().map(({ type }) => type));
    expect(new Set(types).size).toBe(types.length);
  });

  it('either takes the whole value of a field or its items', () => {
    for (const { events } of allFields()) {
      const whole = events.filter(({ item }) => item === null).length;
      expect(whole === 0 || events.length === 1).toBe(true);
    }
  });

  it('accepts any context that holds nothing, so that no item is refused for what stands around it', () => {
    for (const { event } of allEvents()) {
      if (event.context !== null) expect(event.context.safeParse({}).success).toBe(true);
    }
  });
});

describe('samples', () => {
  const examples = exampleEvents();
  const schemas = new Map<string, z.ZodType>([
    ...allEvents().map(({ field, event }) => [typeOfEvent(field, event), eventSchemaOf(field, event)] as const),
    [UNKNOWN_TYPE, unknownEventSchema] as const,
    ...systemEvents().map((entry) => [entry.type, systemEventSchemaOf(entry)] as const),
  ]);

  it.each([...schemas.keys()])('of %s become its events, which fit its schema and the envelope', (type) => {
    const events = examples.get(type) ?? [];
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) {
      expect(schemas.get(type)?.safeParse(event).error).toBeUndefined();
      expect(envelopeSchema.safeParse(event).error).toBeUndefined();
    }
  });

  it('leave nothing to the unknown topic or the dead letters but the two made for them', () => {
    expect(examples.get(UNKNOWN_TYPE)).toHaveLength(1);
    expect(examples.get(DEAD_LETTER_TYPE)).toHaveLength(1);
  });
});

describe('the union of events', () => {
  it('narrows by type', () => {
    const read = (event: FieldEvent): string | null | undefined => {
      switch (event.type) {
        case 'whatsapp.messages.message':
          return event.data.value.text?.body ?? event.data.context.contacts?.[0]?.profile?.name;
        case 'whatsapp.messages.status':
          return event.data.value.status;
        case 'whatsapp.history.message':
          return event.data.context.history?.threads?.context?.username;
        case 'whatsapp.phone_number_quality_update':
          return event.data.derived.limit?.tier;
        case 'whatsapp.phone_number_name_update':
          // @ts-expect-error there is no reading of ours in this type
          return event.data.derived;
        // @ts-expect-error no event is of this type: the field's items have types of their own
        case 'whatsapp.messages':
          return null;
        default:
          return event.data.field;
      }
    };
    const [message] = exampleEvents().get('whatsapp.messages.message') as FieldEvent[];
    expect(read(message as FieldEvent)).toBe('this is a text message');
  });
});
