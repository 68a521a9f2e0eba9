import { inRange } from "../schema/schema.ts";
import type { FieldRole, FieldSchema, MessageSchema, Struct } from "../schema/schema.ts";

/** A struct that has a field of the role asked for. */
export interface RoleStruct {
  /** The struct, as the message has it. */
  readonly struct: Readonly<Struct>;
  /** The struct's fields in this version. */
  readonly fields: readonly FieldSchema[];
}

/** The way through one struct: its own fields of the role, and the fields to look further in. */
interface Plan {
  readonly own: boolean;
  readonly fields: readonly FieldSchema[];
  readonly inner: readonly { readonly field: FieldSchema; readonly plan: Plan }[];
}

const plans = new WeakMap<MessageSchema, Map<string, Plan | null>>();

/** Does `version` of the message have a field of this role? */
export function hasRole(schema: MessageSchema, version: number, role: FieldRole): boolean {
  return planOf(schema, version, role) !== null;
}

/**
 * Changes every struct that has a field of `role`, leaving the message itself as it is: what `change`
 * returns takes a struct's place, everything on the way to it is copied, the rest is shared. A
 * message in which `change` returns every struct unchanged is returned itself.
 */
export function mapStructs<T>(
  schema: MessageSchema,
  version: number,
  value: T,
  role: FieldRole,
  change: (found: RoleStruct) => Readonly<Struct>,
): T {
  const plan = planOf(schema, version, role);
  return plan === null ? value : (mapStruct(plan, value as Struct, change) as T);
}

function mapStruct(
  plan: Plan,
  struct: Readonly<Struct>,
  change: (found: RoleStruct) => Readonly<Struct>,
): Readonly<Struct> {
  const base = plan.own ? change({ struct, fields: plan.fields }) : struct;
  let changes: Struct | null = null;
  for (const { field, plan: inner } of plan.inner) {
    const before = base[field.name];
    if (before === null || before === undefined) continue;
    const after =
      field.array === true
        ? mapArray(inner, before as readonly Struct[], change)
        : mapStruct(inner, before as Struct, change);
    if (after === before) continue;
    changes ??= {};
    changes[field.name] = after;
  }
  return changes === null ? base : { ...base, ...changes };
}

function mapArray(
  plan: Plan,
  structs: readonly Struct[],
  change: (found: RoleStruct) => Readonly<Struct>,
): readonly Readonly<Struct>[] {
  let changed: Readonly<Struct>[] | null = null;
  for (const [index, struct] of structs.entries()) {
    const after = mapStruct(plan, struct, change);
    if (after === struct) continue;
    changed ??= [...structs];
    changed[index] = after;
  }
  return changed ?? structs;
}

function planOf(schema: MessageSchema, version: number, role: FieldRole): Plan | null {
  let known = plans.get(schema);
  if (known === undefined) plans.set(schema, (known = new Map()));
  const key = `${role} ${version}`;
  let plan = known.get(key);
  if (plan === undefined) known.set(key, (plan = planFor(schema.fields, version, role)));
  return plan;
}

function planFor(fields: readonly FieldSchema[], version: number, role: FieldRole): Plan | null {
  const present = fields.filter((field) => inRange(field.versions, version));
  const own = present.some((field) => field.role === role);
  const inner = present.flatMap((field) => {
    const plan = field.fields === undefined ? null : planFor(field.fields, version, role);
    return plan === null ? [] : { field, plan };
  });
  return own || inner.length > 0 ? { own, fields: present, inner } : null;
}
