/** A search of its own, so that redaction is not measured by its own rules: by the names of members in Meta's bodies. */
const NUMBERS =
  /^(?:wa_id|from|to|recipient_id|recipient_participant_id|display_phone_number|phone_number|message_template_button_phone_number)$/;
const NAMES =
  /^(?:name|full_name|first_name|username|profile|requested_verified_name|title|body|caption|filename|text|description|emoji|vcard|address|payload|response_json|sdp|message_template_(?:element|title|footer|button_text)|sha256|biz_opaque_callback_data)$/;
const IDS = /^(?:user_id|parent_user_id|from_user_id|recipient_user_id|group_id|message_id|ctwa_clid|click_id)$/;
/** A value of Meta's, and what stands in made samples where nothing is documented. */
const NOBODY = /^(?:[A-Z_]+|example|flow)$/;
const MESSAGE_ID = /^wa(?:m|c)id\.(.{12,})$/;

/** Numbers, names, texts and ids of people in a body; the shortest, which stand in other words by chance, are left out. */
export function peopleIn(body: Buffer): string[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    // Numbers and quoted words in what is no JSON.
    return body.toString('latin1').match(/\d{8,15}/g) ?? [];
  }
  const found = new Set<string>();
  visit(value, '', found);
  return [...found];
}

function visit(value: unknown, member: string, found: Set<string>): void {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value);
    const [, tail] = MESSAGE_ID.exec(text) ?? [];
    if (tail !== undefined) found.add(tail);
    if (NUMBERS.test(member) && text.replace(/\D/g, '').length >= 7) found.add(text);
    if ((NAMES.test(member) || IDS.test(member)) && /[\p{L}\d]{4,}/u.test(text) && !NOBODY.test(text)) found.add(text);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) visit(inner, Array.isArray(value) ? member : name, found);
}
