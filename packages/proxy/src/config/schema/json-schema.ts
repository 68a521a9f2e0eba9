import { z } from "zod";

import { configSchema } from "./config.ts";

/** A node of a JSON Schema, as far as it is looked at here. */
export interface JsonSchema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly [key: string]: unknown;
}

let plainSchema: JsonSchema | undefined;

/** The shape of a configuration without references: what the code asks for keys. */
export function shape(): JsonSchema {
  plainSchema ??= z.toJSONSchema(configSchema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
  }) as JsonSchema;
  return plainSchema;
}

/**
 * The JSON Schema (draft-07, which editors know) of a file in YAML: layers of one's own are left out,
 * and wherever a value must have a form, a reference like `${PORT}` may stand too.
 */
export function jsonSchema(): JsonSchema {
  const { $schema, ...rest } = shape();
  return {
    $schema,
    title: "Configuration of Pagoda",
    definitions: {
      reference: {
        description: "a reference to the environment or to a file",
        type: "string",
        pattern: String.raw`\$\{[^}]+\}`,
      },
    },
    ...published(rest),
  };
}

const reference = { $ref: "#/definitions/reference" };

function published(node: JsonSchema, inUnion = false): JsonSchema {
  const { anyOf, properties, additionalProperties, items, ...rest } = node;
  if (anyOf !== undefined) {
    const alternatives = anyOf
      .filter((each) => each["typescriptOnly"] !== true)
      .map((each) => published(each, true));
    const scalar = alternatives.some(hasForm);
    return { ...rest, anyOf: scalar ? [...alternatives, reference] : alternatives };
  }
  if (properties !== undefined || typeof additionalProperties === "object") {
    return {
      ...rest,
      ...(properties && { properties: mapValues(properties, (each) => published(each)) }),
      ...(additionalProperties !== undefined && {
        additionalProperties:
          typeof additionalProperties === "object" ? published(additionalProperties) : additionalProperties,
      }),
    };
  }
  if (items !== undefined) return { ...rest, items: published(items) };
  if (inUnion || !hasForm(node)) return rest;
  const { description, ...form } = rest;
  return { ...(description !== undefined && { description }), anyOf: [form, reference] };
}

/** Whether a reference, which is a text, would not do. */
function hasForm({ type, pattern, enum: values }: JsonSchema): boolean {
  return (
    values !== undefined || pattern !== undefined || ["integer", "number", "boolean"].includes(type ?? "")
  );
}

function mapValues<T, U>(object: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
