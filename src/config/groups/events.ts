/** Settings of events: topics, families, keys, and how long a write may take. */
import { FAMILY_NAMES, type Family } from '../../fields/families.ts';
import { list, onOff, setting, settingGroup, text, wholeNumber } from '../kinds.ts';
import { isFamily, TOPIC_NAME, topicNames } from '../topic-names.ts';

const familyList = list()
  .refine(
    (names) => names.every(isFamily),
    `names a family that does not exist; families are ${FAMILY_NAMES.join(', ')}`,
  )
  .transform((names) => names as Family[]);

export const eventSettings = settingGroup('Events', {
  TOPIC_PREFIX: setting(
    text().regex(TOPIC_NAME, 'is not a valid beginning of a topic name').default('whatsapp'),
    'Topics are <prefix>.<family>',
  ),
  TOPIC_NAMES: setting(topicNames().default({}), 'Names for single families', { form: 'family=topic, ...' }),
  PUBLISH_FAMILIES: setting(
    familyList.default([...FAMILY_NAMES]),
    'Families to store. Events of other families are counted and dropped. Dead letters are always stored',
  ),
  CAPTURE: setting(
    onOff(false),
    'Store each verified request unchanged in the topic raw, for capture export. The bodies hold personal data',
  ),
  KEY_PSEUDONYM_SECRET: setting(
    text()
      .refine((value) => value.length >= 16, 'has fewer than 16 characters')
      .optional(),
    "Replaces people's ids by an HMAC in record keys, subjects and headers. Values keep the ids. Another secret gives other keys: set it before the first event and do not change it",
    { secret: true },
  ),
  WRITE_TIMEOUT_MS: setting(
    wholeNumber(100, 60_000).default(4_000),
    'When the store has not confirmed within this time, the answer is 503 and Meta sends again',
  ),
});
