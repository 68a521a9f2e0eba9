import type { Field, Message } from "./ir.ts";
import { showRange, parseRange } from "./ranges.ts";
import type { Range } from "./ranges.ts";

/**
 * The merged messages as a file: facts only, a field a line. It is what code is generated from, so
 * that the code can be checked where the definitions are not at hand.
 */
export function writeSchemaFile(messages: readonly Message[]): string {
  const texts = messages.map((message) => {
    const head = {
      name: message.name,
      kind: message.kind,
      ...(message.apiKey === null ? {} : { apiKey: message.apiKey }),
      versions: showRange(message.versions),
      ...(message.flexible === null ? {} : { flexible: showRange(message.flexible) }),
      ...(message.unstable === null ? {} : { unstable: message.unstable }),
    };
    return `${JSON.stringify(head).slice(0, -1)},"fields":${fieldsText(message.fields, " ")}}`;
  });
  return `[\n${texts.join(",\n")}\n]\n`;
}

interface FieldFacts {
  readonly name: string;
  readonly type: string;
  readonly versions: string;
  readonly nullable?: string;
  readonly tagged?: string;
  readonly tag?: number;
  readonly flexible?: string;
  readonly default?: string;
  readonly ignorable?: true;
  readonly entity?: string;
  readonly fields?: readonly FieldFacts[];
}

function fieldsText(fields: readonly Field[], indent: string): string {
  if (fields.length === 0) return "[]";
  const lines = fields.map((field) => {
    const facts: FieldFacts = {
      name: field.name,
      type: (field.array ? "[]" : "") + field.type,
      versions: showRange(field.versions),
      ...(field.nullable === null ? {} : { nullable: showRange(field.nullable) }),
      ...(field.tagged === null ? {} : { tagged: showRange(field.tagged), tag: field.tag ?? 0 }),
      ...(field.flexible === null ? {} : { flexible: showRange(field.flexible) }),
      ...(field.default === null ? {} : { default: field.default }),
      ...(field.ignorable ? { ignorable: true } : {}),
      ...(field.entity === null ? {} : { entity: field.entity }),
    };
    const text = JSON.stringify(facts);
    if (field.fields.length === 0) return indent + text;
    return `${indent}${text.slice(0, -1)},"fields":${fieldsText(field.fields, `${indent} `)}}`;
  });
  return `[\n${lines.join(",\n")}]`;
}

/** Reads what {@link writeSchemaFile} wrote. */
export function readSchemaFile(text: string): Message[] {
  const messages = JSON.parse(text) as (Omit<Message, "versions" | "flexible" | "fields"> & {
    readonly versions: string;
    readonly flexible?: string;
    readonly fields: readonly FieldFacts[];
  })[];
  return messages.map((message) => ({
    name: message.name,
    kind: message.kind,
    apiKey: message.apiKey ?? null,
    versions: range(message.versions),
    flexible: parseRange(message.flexible, null),
    unstable: message.unstable ?? null,
    fields: message.fields.map(readField),
  }));
}

function readField(facts: FieldFacts): Field {
  const array = facts.type.startsWith("[]");
  return {
    name: facts.name,
    type: array ? facts.type.slice(2) : facts.type,
    array,
    versions: range(facts.versions),
    nullable: parseRange(facts.nullable, null),
    tagged: parseRange(facts.tagged, null),
    tag: facts.tag ?? null,
    default: facts.default ?? null,
    ignorable: facts.ignorable === true,
    entity: facts.entity ?? null,
    flexible: parseRange(facts.flexible, null),
    fields: (facts.fields ?? []).map(readField),
  };
}

function range(text: string): Range {
  const parsed = parseRange(text, null);
  if (parsed === null) throw new Error(`schema file: no versions in "${text}"`);
  return parsed;
}
