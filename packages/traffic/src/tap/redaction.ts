import { namePattern } from "./name-pattern.ts";
import type { NamePattern } from "./name-pattern.ts";
import { readJsonPath, redactName, redactPath } from "./redact-json.ts";
import { hexOf, shorten, textOf } from "./text.ts";

const parts = ["key", "header", "value"] as const;
/** The parts of a record that a rule can be about. */
export type RecordPart = (typeof parts)[number];

/**
 * What of a record must not be seen. With neither `match` nor `path` it is all of the part.
 *
 * Rules err on the safe side: what is no text and no JSON cannot be searched, so that a rule that would
 * search it replaces all of it.
 */
export interface RedactRule {
  /** Topics, exact or with `*`. @default "*" */
  readonly topic?: string;
  /** @default all of them */
  readonly parts?: readonly RecordPart[];
  /** Headers by their key, exact or with `*`. @default "*" */
  readonly header?: string;
  /** Source of a regular expression with the flags `gu`: each match is replaced. */
  readonly match?: string;
  /** Property of a JSON: `$.customer.email`, `$.items[*].card`, or a name at whatever depth. */
  readonly path?: string;
  /** @default "•••" */
  readonly replacement?: string;
}

/** Takes out of a text what must not be seen; undefined stands for bytes that are no text. */
type Redact = (text: string | undefined) => string;

interface Rule {
  readonly topic: NamePattern;
  readonly parts: readonly RecordPart[];
  readonly header: NamePattern;
  readonly redact: Redact;
}

/** Rules as they are applied. */
export class Redaction {
  readonly #rules: readonly Rule[];

  /** @throws RangeError for a rule that makes no sense: `redact[1].match ...` */
  constructor(rules: readonly RedactRule[] = []) {
    this.#rules = rules.map((rule, index) => compile(rule, `redact[${index}]`));
  }

  /** A part of a record as it may be shown: text, or `0x...`, of at most `maxChars` characters and `…`. */
  show(bytes: Uint8Array, topic: string, part: RecordPart, maxChars: number, header = ""): string {
    const rules = this.#rules.filter(
      (rule) => rule.parts.includes(part) && rule.topic(topic) && (part !== "header" || rule.header(header)),
    );
    // Without rules no more is read than is shown.
    if (rules.length === 0) return plain(bytes, maxChars);
    let text = textOf(bytes);
    for (const { redact } of rules) text = redact(text);
    return shorten(text as string, maxChars);
  }
}

function plain(bytes: Uint8Array, maxChars: number): string {
  // A character has four bytes at most, and one that was cut through is no reason to show hex.
  const room = maxChars * 4 + 4;
  if (bytes.length <= room) {
    const text = textOf(bytes);
    return text === undefined ? hexOf(bytes, maxChars) : shorten(text, maxChars);
  }
  const text = textBefore(bytes, room);
  return text === undefined ? hexOf(bytes, maxChars) : shorten(text, maxChars);
}

function textBefore(bytes: Uint8Array, room: number): string | undefined {
  let end = room;
  while (end > room - 4 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return textOf(bytes.subarray(0, end));
}

function compile(rule: RedactRule, where: string): Rule {
  const { topic = "*", header = "*" } = rule;
  const wrong = rule.parts?.find((part) => !parts.includes(part));
  if (wrong !== undefined) throw new RangeError(`${where}.parts must be of key, header, value, got ${wrong}`);
  return {
    topic: namePattern(`${where}.topic`, topic),
    parts: rule.parts ?? parts,
    header: namePattern(`${where}.header`, header),
    redact: redactOf(rule, where),
  };
}

function redactOf({ match, path, replacement = "•••" }: RedactRule, where: string): Redact {
  if (match !== undefined && path !== undefined) {
    throw new RangeError(`${where} must have one of match and path, got both`);
  }
  if (match !== undefined) {
    const pattern = expression(match, where);
    return (text) => (text === undefined ? replacement : text.replaceAll(pattern, () => replacement));
  }
  if (path === undefined) return () => replacement;
  const steps = readJsonPath(`${where}.path`, path);
  return (text) => {
    if (text === undefined) return replacement;
    try {
      const value: unknown = JSON.parse(text);
      // A text or number alone has no properties, and may be what was meant to be in one.
      if (typeof value !== "object" || value === null) return replacement;
      if (steps === undefined) redactName(value, path, replacement);
      else redactPath(value, steps, replacement);
      return JSON.stringify(value);
    } catch {
      // No JSON, or one that is nested too deep.
      return replacement;
    }
  };
}

function expression(source: string, where: string): RegExp {
  try {
    return new RegExp(source, "gu");
  } catch (error) {
    throw new RangeError(`${where}.match must be a regular expression: ${String(error)}`, { cause: error });
  }
}
