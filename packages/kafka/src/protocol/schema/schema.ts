/**
 * Messages as data: what the generated decoders and encoders know as code, for everything that need
 * not be fast (JSON, finding the field that is wrong, defaults) and for layers that look fields up.
 */

/** Versions from `[0]` to `[1]`, both included. */
export type VersionRange = readonly [from: number, to: number];

export type FieldType =
  | "bool"
  | "int8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "float64"
  | "string"
  | "uuid"
  | "bytes"
  | "records"
  | "struct";

/**
 * What a field means beyond its type.
 *
 * - `brokerHost`, `brokerPort`: where clients are told to reach a broker.
 * - `nodeHost`, `nodePort`: where brokers and controllers reach each other.
 * - `applicationHost`, `applicationPort`: endpoints of applications; not Kafka's.
 * - `clientHost`: a client as the broker saw it. `aclHost`: a host that an access rule names.
 * - `typedName`: a name whose kind (topic, group, broker, ...) a field beside it says.
 */
export type FieldRole =
  | "topicName"
  | "topicId"
  | "topicPattern"
  | "groupId"
  | "transactionalId"
  | "producerId"
  | "brokerId"
  | "brokerHost"
  | "brokerPort"
  | "nodeHost"
  | "nodePort"
  | "applicationHost"
  | "applicationPort"
  | "clientHost"
  | "aclHost"
  | "typedName"
  | "errorCode"
  | "errorMessage";

export interface FieldSchema {
  readonly name: string;
  /** Of the elements, where `array` is set. */
  readonly type: FieldType;
  readonly array?: true;
  /** The versions of the message that have the field. */
  readonly versions: VersionRange;
  readonly nullable?: VersionRange;
  /** The tag number, and the versions in which the field is a tagged one. */
  readonly tag?: number;
  readonly tagged?: VersionRange;
  /** Versions in compact form, where they are not the message's; null: none. */
  readonly flexible?: VersionRange | null;
  /** Absent: the type's own (0, "", false, [], ...). */
  readonly default?: number | bigint | string | boolean | null;
  /** Versions without the field drop a value silently; otherwise encoding fails. */
  readonly ignorable?: true;
  readonly role?: FieldRole;
  /** A struct's. */
  readonly fields?: readonly FieldSchema[];
}

export interface MessageSchema {
  readonly name: string;
  readonly apiKey: number | null;
  readonly versions: VersionRange;
  readonly flexible: VersionRange | null;
  readonly fields: readonly FieldSchema[];
}

/** A struct, as these schema-driven walks see one. */
export type Struct = Record<string, unknown>;

export function inRange(range: VersionRange | null | undefined, version: number): boolean {
  return range !== null && range !== undefined && version >= range[0] && version <= range[1];
}

/** Is `field` written in compact form in `version` of its message? */
export function isCompact(field: FieldSchema, message: MessageSchema, version: number): boolean {
  return inRange(field.flexible === undefined ? message.flexible : field.flexible, version);
}
