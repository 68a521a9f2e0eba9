import { isPrimitive } from "../ir.ts";
import type { Field, Message } from "../ir.ts";
import { contains, intersect } from "../ranges.ts";
import type { Range } from "../ranges.ts";
import type { SkimSpec } from "../skims.ts";
import { header } from "./api-file.ts";
import { expression, fold, shift, statements } from "./fold.ts";
import { fixedBytes } from "./model.ts";
import { method } from "./read.ts";
import { defaultValue, fieldType } from "./values.ts";

/** `skims.ts`: a reader for each spec that tells each partition and passes over the rest. */
export function emitSkims(messages: readonly Message[], specs: readonly SkimSpec[]): string {
  const parts = specs.map((spec) => {
    const message = messages.find(({ name }) => name === spec.message);
    if (message === undefined) throw new Error(`skims.ts: there is no ${spec.message}`);
    return emitSkim(message, spec);
  });
  const names = specs.map(({ message }) => `${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  return [
    header,
    ...names.map((name, index) => `import { ${name} } from "./${fileOf(specs[index]?.message ?? "")}.ts";`),
    'import { skimmer } from "../skim/skimmer.ts";',
    'import type { Skimmer } from "../skim/skimmer.ts";',
    'import type { SkimmedPartition } from "../skim/skimmed-partition.ts";',
    'import { skimRecords } from "../skim/skim-records.ts";',
    'import type { Reader } from "../wire/reader.ts";',
    'import { zeroUuid } from "../wire/text.ts";',
    "",
    parts.join("\n"),
  ].join("\n");
}

function fileOf(message: string): string {
  return message
    .replace(/(Request|Response)$/, "")
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, "-")
    .toLowerCase();
}

function emitSkim(message: Message, spec: SkimSpec): string {
  const { name } = message;
  const head = spec.head.map((field) => find(message.fields, field, name));
  const context: Context = { message, spec };
  const body =
    emitFields(message.fields, message.versions, context, "message") + tagSection(message, message.versions);
  return [
    `/** What a skim of {@link ${name}} returns. */`,
    `export interface ${name}Skim {`,
    ...head.map((field) => `  readonly ${field.name}: ${fieldType(message, field)};`),
    "}",
    "",
    `function skim${name}Fields(r: Reader, v: number, out: SkimmedPartition, each: (partition: SkimmedPartition) => void): ${name}Skim {`,
    shift(body.trimEnd(), "  "),
    `  return { ${spec.head.join(", ")} };`,
    "}",
    "",
    `/** Tells each partition of a ${name}, and what of its records their batches' headers say. */`,
    `export const skim${name}: Skimmer<${name}Skim> = skimmer(${name.charAt(0).toLowerCase()}${name.slice(1)}.schema, skim${name}Fields);`,
    "",
  ].join("\n");
}

interface Context {
  readonly message: Message;
  readonly spec: SkimSpec;
}

type Level = "message" | "topic" | "partition" | "other";

function find(fields: readonly Field[], name: string, of: string): Field {
  const field = fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`skims.ts: ${of} has no ${name}`);
  return field;
}

/** Statements for all fields of a struct in wire order; runs of fixed size become one skip. */
function emitFields(fields: readonly Field[], versions: Range, context: Context, level: Level): string {
  let code = "";
  let skipped: Field[] = [];
  const flush = (): void => {
    code += skipFixed(skipped, versions);
    skipped = [];
  };
  for (const field of fields) {
    const kept = emitKept(field, versions, context, level);
    if (kept === null && isFixed(field)) {
      skipped.push(field);
      continue;
    }
    flush();
    code += kept ?? emitSkip(field, versions, context);
  }
  flush();
  return code;
}

function isFixed(field: Field): boolean {
  return !field.array && fixedBytes[field.type] !== undefined;
}

function inPlace(field: Field, version: number): boolean {
  return contains(field.versions, version) && !contains(field.tagged, version);
}

function skipFixed(fields: readonly Field[], versions: Range): string {
  const cases = fold(versions, (v) => {
    const bytes = fields
      .filter((field) => inPlace(field, v))
      .reduce((sum, { type }) => sum + (fixedBytes[type] ?? 0), 0);
    return bytes === 0 ? "" : `r.skip(${bytes});`;
  });
  return statements(cases, "");
}

/** The code for a field that is told, or that leads to one; null for one to pass over. */
function emitKept(field: Field, versions: Range, context: Context, level: Level): string | null {
  const { spec, message } = context;
  const value = (): string =>
    expression(
      fold(versions, (v) => (inPlace(field, v) ? readValue(field, v) : defaultNumber(message, field))),
    );
  if (level === "message") {
    if (spec.head.includes(field.name)) return `const ${field.name} = ${value()};\n`;
    if (field.name === spec.topics) return emitLoop(field, versions, context, "topic", "t");
  }
  if (level === "topic") {
    const name = spec.topic[field.name];
    if (name !== undefined) return `out.${name} = ${value()};\n`;
    if (field.name === spec.partitions) return emitLoop(field, versions, context, "partition", "p");
  }
  if (level === "partition") {
    const name = spec.partition[field.name];
    if (name !== undefined) return `out.${name} = ${value()};\n`;
    if (field.name === spec.records) {
      const length = expression(
        fold(versions, (v) => `r.${contains(field.flexible, v) ? "compactBytesLength" : "bytesLength"}()`),
      );
      return `skimRecords(r, ${length}, out);\n`;
    }
  }
  return null;
}

/** Skims give int64 as numbers: they tell magnitudes. */
function readValue(field: Field, version: number): string {
  if (field.type === "int64") return "r.int64Number()";
  return field.type === "string" ? `r.${method("string", field, version)}()` : `r.${field.type}()`;
}

function defaultNumber(message: Message, field: Field): string {
  return defaultValue(message, field).replace(/n$/, "");
}

function emitLoop(field: Field, versions: Range, context: Context, level: Level, counter: string): string {
  const inner = emitFields(field.fields, versions, context, level) + tagSection(context.message, versions);
  const each = level === "partition" ? "r.check();\neach(out);\n" : "";
  return `for (let ${counter} = ${countOf(field, versions)}; ${counter} > 0; ${counter}--) {\n${shift((inner + each).trimEnd(), "  ")}\n}\n`;
}

function countOf(field: Field, versions: Range): string {
  return expression(fold(versions, (v) => (inPlace(field, v) ? `r.${method("count", field, v)}(1)` : "0")));
}

function emitSkip(field: Field, versions: Range, context: Context): string {
  if (field.array) {
    const element = isPrimitive(field.type)
      ? emitSkip({ ...field, array: false }, intersect(field.versions, versions) ?? versions, context)
      : emitFields(field.fields, versions, context, "other") + tagSection(context.message, versions);
    const count = countOf(field, versions);
    if (count === "0") return "";
    const fixed = fixedBytes[field.type];
    if (fixed !== undefined) return `r.skip(${fixed} * Math.max(0, ${count}));\n`;
    return `for (let i = ${count}; i > 0; i--) {\n${shift(element.trimEnd(), "  ")}\n}\n`;
  }
  if (isFixed(field)) return skipFixed([field], versions);
  if (!isPrimitive(field.type)) return emitSkipStruct(field, versions, context);
  const cases = fold(versions, (v) => {
    if (!inPlace(field, v)) return "";
    if (contains(field.flexible, v)) return "r.skipCompact();";
    return field.type === "string" ? "r.skipString();" : "r.skipBytes();";
  });
  return statements(cases, "");
}

function emitSkipStruct(field: Field, versions: Range, context: Context): string {
  const own = intersect(field.versions, versions);
  if (own === null || field.tagged !== null) return "";
  if (field.nullable !== null)
    throw new Error(`skims.ts: ${field.name} is a nullable struct: cannot be passed over`);
  const inner = emitFields(field.fields, own, context, "other") + tagSection(context.message, own);
  return statements(
    fold(versions, (v) => (contains(own, v) ? inner.trimEnd() : "")),
    "",
  );
}

function tagSection(message: Message, versions: Range): string {
  return statements(
    fold(versions, (v) => (contains(message.flexible, v) ? "r.skipTaggedFields();" : "")),
    "",
  );
}
