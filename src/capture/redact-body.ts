/**
 * A webhook body without people: what the rules do not keep is replaced by pseudonyms, in the text itself, so that the
 * order of members, repeated members and the digits of large numbers stay as they came.
 */
import { isUtf8 } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { Pii } from '../fields/values.ts';
import { WHATSAPP_OBJECT } from '../webhook/envelope.ts';
import { inspectJsonText, MAX_DEPTH } from '../webhook/inspect-json.ts';
import { type JsonNode, parseNodes } from '../webhook/json-nodes.ts';
import { createPseudonyms } from './pseudonyms.ts';
import {
  ENVELOPE_RULE,
  FOREIGN_ENVELOPE_RULE,
  MEMBER_NAMES,
  type Rule,
  ruleOf,
  UNKNOWN_RULE,
} from './redaction-rules.ts';

export interface RedactedBody {
  readonly body: Buffer;
  /** False: the bytes are no JSON that can be looked through, and were replaced as a whole. */
  readonly readable: boolean;
}

/** @param key the same key gives the same pseudonyms */
export function createRedactor(key: Uint8Array): (body: Buffer) => RedactedBody {
  const pseudonyms = createPseudonyms(key);

  return (body) => {
    const text = readText(body);
    const node = text === null ? null : readNodes(text);
    if (text === null || node === null) {
      // Also no JSON, and different for different bytes, so that replaying gives as many dead letters.
      const digest = createHmac('sha256', key).update(body).digest('hex');
      return { body: Buffer.from(`redacted ${digest}`), readable: false };
    }
    const people = new Set<string>();
    const source = { text, people, nesting: 0 };
    const rule = isForeign(node, text) ? FOREIGN_ENVELOPE_RULE : ENVELOPE_RULE;
    collectPeople(node, rule, source);
    return { body: Buffer.from(write(node, rule, source)), readable: true };
  };

  interface Source {
    readonly text: string;
    /** Names and ids of people in this body, and digits of their numbers: wherever else they stand, they go too. */
    readonly people: Set<string>;
    /** How many JSON texts in JSON texts this one is inside of. */
    readonly nesting: number;
  }

  function collectPeople(node: JsonNode, rule: Rule, source: Source): void {
    if (node.kind === 'array') for (const item of node.items) collectPeople(item, rule, source);
    else if (node.kind === 'object') {
      for (const { name, node: member } of node.members)
        collectPeople(member, memberRule(node, name, rule, source), source);
    } else if (rule.pii !== null && NAMING.has(rule.pii)) {
      const text = scalarText(node, source);
      const digits = text.replace(/\D/g, '');
      if (digits.length >= SHORTEST_NUMBER) source.people.add(digits);
      if (rule.pii !== 'phone_number' && text.length >= SHORTEST_NAME) source.people.add(text);
    }
  }

  function write(node: JsonNode, rule: Rule, source: Source): string {
    if (node.kind === 'array') return `[${node.items.map((item) => write(item, rule, source)).join()}]`;
    if (node.kind === 'scalar') return writeScalar(node, rule, source);
    const members = node.members.map(({ name, node: member }) => {
      const written = rule.members.has(name) || MEMBER_NAMES.has(name) ? name : memberName(name);
      return `${JSON.stringify(written)}:${write(member, memberRule(node, name, rule, source), source)}`;
    });
    return `{${members.join()}}`;
  }

  function writeScalar(node: JsonNode & { kind: 'scalar' }, rule: Rule, source: Source): string {
    const raw = source.text.slice(node.start, node.end);
    if (raw === 'true' || raw === 'false' || raw === 'null') return raw;
    const text = scalarText(node, source);
    const isNumber = !raw.startsWith('"');
    if (rule.keeps(text, isNumber) && (rule.isVocabulary(text) || !namesPerson(text, source.people))) return raw;
    if (isNumber) return replaceNumber(raw);
    return JSON.stringify(replaceText(text, source));
  }

  /** The exponent stays: another one could be no number any more. */
  function replaceNumber(raw: string): string {
    const [digits = '', exponent] = raw.split(/(?=[eE])/);
    return pseudonyms.of(digits) + (exponent ?? '');
  }

  function replaceText(text: string, { people, nesting }: Source): string {
    if (nesting < MAX_NESTING && /^\s*[[{]/.test(text)) {
      const node = readNodes(text);
      if (node !== null) return write(node, UNKNOWN_RULE, { text, people, nesting: nesting + 1 });
    }
    const [scheme = ''] = /^https?:\/\//.exec(text) ?? [];
    return scheme + pseudonyms.of(text.slice(scheme.length));
  }

  /** Never one that a schema knows: the body would mean something else. */
  function memberName(name: string): string {
    let pseudonym = pseudonyms.of(name);
    while (MEMBER_NAMES.has(pseudonym)) pseudonym = pseudonyms.of(pseudonym);
    return pseudonym;
  }
}

/** Kinds that name a person wherever they stand. */
const NAMING: ReadonlySet<Pii> = new Set(['phone_number', 'user_id', 'name', 'id']);
const SHORTEST_NUMBER = 7;
const SHORTEST_NAME = 4;
const MAX_NESTING = 4;

function namesPerson(text: string, people: ReadonlySet<string>): boolean {
  if (people.size === 0) return false;
  if (people.has(text)) return true;
  return (text.match(/\d{7,}/g) ?? []).some((digits) => people.has(digits));
}

type ObjectNode = JsonNode & { kind: 'object' };

function memberRule(node: ObjectNode, name: string, rule: Rule, { text }: { readonly text: string }): Rule {
  if (rule.change && name === 'value') {
    const fields = node.members.filter((member) => member.name === 'field');
    const [field] = fields;
    // Two fields: which one is meant is unknown.
    if (fields.length !== 1 || field?.node.kind !== 'scalar') return UNKNOWN_RULE;
    return ruleOf(scalarText(field.node, { text }));
  }
  const inner = rule.members.get(name) ?? UNKNOWN_RULE;
  // Everything inside a marked member is marked.
  return rule.pii !== null ? { ...inner, pii: inner.pii ?? rule.pii, keeps: () => false } : inner;
}

/** Says that it is of another object than WhatsApp's. */
function isForeign(node: JsonNode, text: string): boolean {
  if (node.kind !== 'object') return false;
  return node.members.some(({ name, node: member }) => {
    return name === 'object' && (member.kind !== 'scalar' || scalarText(member, { text }) !== WHATSAPP_OBJECT);
  });
}

function scalarText(node: JsonNode & { kind: 'scalar' }, { text }: { readonly text: string }): string {
  const raw = text.slice(node.start, node.end);
  return raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
}

function readText(body: Buffer): string | null {
  if (!isUtf8(body)) return null;
  const text = body.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function readNodes(text: string): JsonNode | null {
  if (inspectJsonText(text).depth > MAX_DEPTH) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return parseNodes(text);
}
