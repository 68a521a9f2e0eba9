import type { Definition, DefinitionField, DefinitionStruct } from "./definition.ts";
import { isPrimitive } from "./ir.ts";
import type { Field, Message, MessageKind } from "./ir.ts";
import { intersect, open, parseRange, showRange } from "./ranges.ts";
import type { Range } from "./ranges.ts";

/** What goes over the wire between clients and brokers, or inside of what does. */
export const kinds: ReadonlySet<string> = new Set<MessageKind>(["request", "response", "header", "data"]);

interface Scope {
  readonly message: string;
  readonly flexible: Range | null;
  readonly common: ReadonlyMap<string, DefinitionStruct>;
}

/**
 * Applies the definitions' rules: defaults of absent keys, a field's versions within its parents',
 * common structs put where they are used.
 * @returns null for a message that no version is left of (`"validVersions": "none"`).
 */
export function resolve(definition: Definition): Message | null {
  const { name } = definition;
  try {
    if (!kinds.has(definition.type)) throw new Error(`unknown type "${definition.type}"`);
    const versions = parseRange(definition.validVersions, null);
    if (versions === null) return null;
    const flexible = parseRange(definition.flexibleVersions, null);
    if (flexible !== null && flexible[1] !== open) throw new Error("flexibleVersions has an end");
    const common = new Map((definition.commonStructs ?? []).map((struct) => [struct.name, struct]));
    const scope = { message: name, flexible: intersect(flexible, versions), common };
    return {
      name,
      kind: definition.type as MessageKind,
      apiKey: definition.apiKey ?? null,
      versions,
      flexible: scope.flexible,
      unstable: definition.latestVersionUnstable === true ? versions[1] : null,
      fields: resolveFields(definition.fields ?? [], versions, scope, ""),
    };
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function resolveFields(
  fields: readonly DefinitionField[],
  within: Range,
  scope: Scope,
  prefix: string,
): Field[] {
  const resolved: Field[] = [];
  const names = new Set<string>();
  for (const field of fields) {
    const path = `${prefix}${camel(field.name)}`;
    try {
      const one = resolveField(field, within, scope, path);
      if (one === null) continue;
      if (names.has(one.name)) throw new Error("is there twice");
      names.add(one.name);
      resolved.push(one);
    } catch (error) {
      // The innermost field that fails has already said where.
      if (error instanceof FieldError) throw error;
      throw new FieldError(`${path}: ${(error as Error).message}`, { cause: error });
    }
  }
  const tags = resolved.flatMap(({ tag }) => tag ?? []);
  if (new Set(tags).size !== tags.length) throw new FieldError(`${prefix}: a tag is used twice`);
  return resolved;
}

class FieldError extends Error {}

function resolveField(field: DefinitionField, within: Range, scope: Scope, path: string): Field | null {
  const type = field.type.replaceAll(" ", "");
  const array = type.startsWith("[]");
  const element = array ? type.slice(2) : type;
  if (element.startsWith("[]")) throw new Error(`nested arrays (${type}) are not part of the protocol`);

  const taggedVersions = parseRange(field.taggedVersions, null);
  const own = parseRange(field.versions, taggedVersions);
  if (own === null && field.versions === undefined) throw new Error("has no versions");
  const versions = intersect(own, within);
  if (versions === null) return null;

  const flexible =
    field.flexibleVersions === undefined
      ? intersect(scope.flexible, versions)
      : intersect(parseRange(field.flexibleVersions, null), versions);
  const tagged = intersect(taggedVersions, versions);
  if (taggedVersions !== null && taggedVersions[1] !== open) throw new Error("taggedVersions has an end");
  if ((field.tag === undefined) !== (taggedVersions === null)) {
    throw new Error("tag and taggedVersions go together");
  }
  if (tagged !== null && (flexible === null || tagged[0] < flexible[0])) {
    throw new Error(`is tagged in ${showRange(tagged)}, flexible in ${showRange(flexible)}`);
  }

  return {
    name: camel(field.name),
    type: element,
    array,
    versions,
    nullable: intersect(parseRange(field.nullableVersions, null), versions),
    tagged,
    tag: tagged === null ? null : Number(field.tag),
    default: field.default === undefined ? null : String(field.default),
    ignorable: field.ignorable === true,
    entity: field.entityType ?? null,
    flexible,
    fields: isPrimitive(element)
      ? noFields(field, element)
      : resolveFields(structFields(field, element, scope), versions, scope, `${path}.`),
  };
}

function noFields(field: DefinitionField, type: string): [] {
  if (field.fields !== undefined) throw new Error(`a ${type} cannot have fields`);
  return [];
}

function structFields(field: DefinitionField, name: string, scope: Scope): readonly DefinitionField[] {
  if (!/^[A-Z]\w*$/.test(name)) throw new Error(`unknown type "${name}"`);
  const fields = field.fields ?? scope.common.get(name)?.fields;
  if (fields === undefined) throw new Error(`struct ${name} is not defined`);
  return fields;
}

function camel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
