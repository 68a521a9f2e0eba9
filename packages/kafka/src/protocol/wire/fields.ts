/** What generated encoders share: the checks that are about fields, not bytes. */
import type { UnknownTaggedField } from "./reader.ts";

export const noFields: readonly UnknownTaggedField[] = [];

/** Above every tag: `unknownBelow(noTag, ...)` writes all that is left. */
export const noTag = 0x8000_0000;

/** A field that the version lacks, is not ignorable, and is not at its default. */
export function absentField(name: string, version: number): never {
  throw new RangeError(`version ${version} does not have ${name}`);
}

/** @throws RangeError if there are tagged fields in a version that cannot have any. */
export function noTaggedFields(
  fields: readonly UnknownTaggedField[] | null | undefined,
  version: number,
): void {
  if (fields !== null && fields !== undefined && fields.length > 0) {
    throw new RangeError(`version ${version} has no tagged fields`);
  }
}

/**
 * For generated code, where a field that is tagged in one version may be null in another only. No
 * message of Kafka 4.3 has one.
 * @public
 * @throws RangeError for a null that the version does not allow.
 */
export function notNull<T>(value: T | null): T {
  if (value === null) throw new RangeError("null, where null is not allowed");
  return value;
}

/** @throws RangeError if a field with a known tag is among the unknown ones: it would be read as the known one. */
export function unknownOnly(tag: number, fields: readonly UnknownTaggedField[]): void {
  if (fields.some((field) => field.tag === tag)) {
    throw new RangeError(`tag ${tag} is given as an unknown tagged field as well`);
  }
}
