import { shape } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";

/** What may come next below a path. */
export interface NextSteps {
  /** Keys, of all the shapes that may stand there. */
  readonly keys: readonly string[];
  /** Any name. */
  readonly names: boolean;
  /** Indexes. */
  readonly items: boolean;
}

/** What the schema knows below a path; nothing where it does not know the path. */
export function optionsAt(path: readonly (string | number)[]): NextSteps {
  let nodes = alternatives(shape());
  for (const step of path) nodes = nodes.flatMap((node) => below(node, step)).flatMap(alternatives);
  return {
    keys: [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))],
    names: nodes.some((node) => typeof node.additionalProperties === "object"),
    items: nodes.some((node) => node.items !== undefined),
  };
}

function alternatives(node: JsonSchema): readonly JsonSchema[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(alternatives);
}

function below(node: JsonSchema, step: string | number): readonly JsonSchema[] {
  if (typeof step === "number") return node.items === undefined ? [] : [node.items];
  const property = node.properties?.[step];
  if (property !== undefined) return [property];
  return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
}
