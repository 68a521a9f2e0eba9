import type { Field } from "./ir.ts";
import { isPrimitive } from "./ir.ts";
import { contains } from "./ranges.ts";

/** What one version of these fields looks like on the wire, names left out: equal text, equal bytes. */
export function layoutAt(fields: readonly Field[], version: number): string {
  const plain: string[] = [];
  const tagged: string[] = [];
  for (const field of fields) {
    if (!contains(field.versions, version)) continue;
    const element = isPrimitive(field.type) ? field.type : `{${layoutAt(field.fields, version)}}`;
    const nullable = contains(field.nullable, version) ? "?" : "";
    const compact = contains(field.flexible, version) ? "~" : "";
    const type = `${nullable}${compact}${field.array ? "[]" : ""}${element}`;
    if (contains(field.tagged, version)) tagged.push(`${field.tag}:${type}=${field.default ?? ""}`);
    else plain.push(type);
  }
  return [...plain, ...tagged.toSorted()].join(" ");
}
