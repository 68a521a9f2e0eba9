import type { Field, Message } from "./ir.ts";
import { layoutAt } from "./layout.ts";
import { droppedVersions, knownDifferences } from "./merge-rules.ts";
import { contains, intersect, subtract, union } from "./ranges.ts";
import type { Range } from "./ranges.ts";

/**
 * One set of messages out of several releases', newest first. A version comes from the first folder
 * that has it; older folders fill in the versions that newer ones removed.
 * @throws Error where that cannot be done without guessing, with the field's path.
 */
export function mergeAll(folders: readonly ReadonlyMap<string, Message>[]): Message[] {
  const merged = new Map<string, Message>();
  for (const [index, folder] of folders.entries()) {
    for (const [name, message] of folder) {
      const older = index === 0 ? message : withoutUnstable(message);
      if (older === null) continue;
      const newer = merged.get(name);
      merged.set(name, newer === undefined ? older : mergeMessage(newer, older));
    }
  }
  return [...merged.values()].map(unifyStructs).toSorted(byKey);
}

/** By key; of two names that one API has had, the newest folder's stays first. The rest by name. */
function byKey(a: Message, b: Message): number {
  if (a.apiKey === null && b.apiKey === null) return a.name < b.name ? -1 : 1;
  return (a.apiKey ?? Number.MAX_SAFE_INTEGER) - (b.apiKey ?? Number.MAX_SAFE_INTEGER);
}

/**
 * Gives a struct that a message uses in two places the same fields in both: one type has to hold
 * what either place has in any version. A field's versions can then go beyond its place's.
 */
function unifyStructs(message: Message): Message {
  const structs = new Map<string, readonly Field[]>();
  const gather = (fields: readonly Field[]): void => {
    for (const { type, fields: inner } of fields) {
      if (inner.length === 0) continue;
      gather(inner);
      const known = structs.get(type);
      structs.set(type, known === undefined ? inner : mergeFields(known, inner, `${type}.`));
    }
  };
  const spread = (fields: readonly Field[]): Field[] =>
    fields.map((field) =>
      field.fields.length === 0
        ? field
        : { ...field, fields: spread(structs.get(field.type) ?? field.fields) },
    );
  gather(message.fields);
  return { ...message, fields: spread(message.fields) };
}

function withoutUnstable(message: Message): Message | null {
  let versions: Range | null = message.versions;
  if (message.unstable !== null) versions = intersect(versions, [0, message.unstable - 1]);
  for (const dropped of droppedVersions) {
    if (dropped.message === message.name && versions !== null) {
      versions = subtract(versions, dropped.versions)[0] ?? null;
    }
  }
  return versions === null ? null : clip({ ...message, unstable: null }, versions);
}

function mergeMessage(newer: Message, older: Message): Message {
  try {
    if (newer.apiKey !== older.apiKey || newer.kind !== older.kind) {
      throw new Error("has another api key or type in an older folder");
    }
    checkShared(newer, older);
    return subtract(older.versions, newer.versions)
      .map((part) => clip(older, part))
      .reduce(withVersionsOf, newer);
  } catch (error) {
    throw new Error(`${newer.name}: ${(error as Error).message}`, { cause: error });
  }
}

/** `message` with the versions of `added`, which it does not have. */
function withVersionsOf(message: Message, added: Message): Message {
  return {
    ...message,
    versions: union(message.versions, added.versions) ?? message.versions,
    flexible: union(message.flexible, added.flexible),
    fields: mergeFields(message.fields, added.fields, ""),
  };
}

/** What both define has to be the same on the wire; names may differ. */
function checkShared(newer: Message, older: Message): void {
  const shared = intersect(newer.versions, older.versions);
  if (shared === null) return;
  for (let version = shared[0]; version <= shared[1]; version++) {
    if (layoutAt(newer.fields, version) === layoutAt(older.fields, version)) continue;
    const known = knownDifferences.some(
      ({ message, versions }) => message === newer.name && contains(versions, version),
    );
    if (!known) {
      throw new Error(`version ${version} differs between the folders: list it in merge-rules.ts or drop it`);
    }
  }
}

function mergeFields(newer: readonly Field[], older: readonly Field[], prefix: string): Field[] {
  const merged: Field[] = [];
  let n = 0;
  let o = 0;
  for (;;) {
    const a = newer[n];
    const b = older[o];
    if (a === undefined && b === undefined) return merged;
    if (a !== undefined && b !== undefined && a.name === b.name) {
      merged.push(mergeField(a, b, `${prefix}${a.name}`));
      n++;
      o++;
    } else if (b !== undefined && !newer.slice(n).some((field) => field.name === b.name)) {
      merged.push(b);
      o++;
    } else if (a !== undefined && !older.slice(o).some((field) => field.name === a.name)) {
      merged.push(a);
      n++;
    } else {
      throw new Error(`${prefix}${a?.name}: stands in another order in an older folder`);
    }
  }
}

function mergeField(newer: Field, older: Field, path: string): Field {
  if (newer.array !== older.array || (newer.fields.length === 0 && newer.type !== older.type)) {
    throw new Error(`${path}: has another type in an older folder`);
  }
  if (newer.tag !== null && older.tag !== null && newer.tag !== older.tag) {
    throw new Error(`${path}: has another tag in an older folder`);
  }
  try {
    return {
      ...newer,
      versions: union(newer.versions, older.versions) ?? newer.versions,
      nullable: union(newer.nullable, older.nullable),
      tagged: union(newer.tagged, older.tagged),
      tag: newer.tag ?? older.tag,
      flexible: union(newer.flexible, older.flexible),
      fields: mergeFields(newer.fields, older.fields, `${path}.`),
    };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function clip(message: Message, versions: Range): Message {
  return {
    ...message,
    versions,
    flexible: intersect(message.flexible, versions),
    fields: clipFields(message.fields, versions),
  };
}

function clipFields(fields: readonly Field[], within: Range): Field[] {
  return fields.flatMap((field) => {
    const versions = intersect(field.versions, within);
    if (versions === null) return [];
    const tagged = intersect(field.tagged, versions);
    return {
      ...field,
      versions,
      nullable: intersect(field.nullable, versions),
      tagged,
      tag: tagged === null ? null : field.tag,
      flexible: intersect(field.flexible, versions),
      fields: clipFields(field.fields, versions),
    };
  });
}
