import type { ApiDefinition } from "../api.ts";
import { defaultOf } from "../schema/defaults.ts";
import { inRange } from "../schema/schema.ts";
import type { FieldSchema, Struct } from "../schema/schema.ts";
import { beside, mirrors } from "./mirrors.ts";

/** An error to answer with: its code, or the code and words of ours for the client to show. */
export type ErrorToTell = number | { readonly code: number; readonly message?: string | null };

const apiVersionsKey = 18;
const unsupportedVersion = 35;
const describeLogDirsKey = 35;

/**
 * A response that carries an error: at its top, where it has a place there, and at everything that
 * the request asked for, as brokers answer when they refuse a whole request. It can be encoded in
 * `version` as it is.
 *
 * A request that asks for nothing in particular (all topics, say) can have a response in old versions
 * with no place for an error: then there is none in it, `errorsOf` is empty, and closing the
 * connection is what is left. UNSUPPORTED_VERSION (35) for ApiVersions is to be encoded in version 0.
 */
export function errorResponse<Request, Response>(
  api: Pick<ApiDefinition<Request, Response>, "key" | "versions" | "request" | "response">,
  version: number,
  error: ErrorToTell,
  request: Request,
): Response {
  const told = typeof error === "number" ? { code: error, message: null } : { message: null, ...error };
  // A broker that does not know the version asked for cannot answer in it (KIP-511).
  const refused = api.key === apiVersionsKey && told.code === unsupportedVersion;
  const build: Build = { ...told, version: refused ? 0 : version };
  const { name, fields } = api.response.schema;
  const response = structOf(build, fields, name, request as Struct, api.request.schema.fields);
  if (api.key === apiVersionsKey) {
    // What a client needs to ask again.
    const { min: minVersion, max: maxVersion } = api.versions;
    response["apiKeys"] = [{ apiKey: apiVersionsKey, minVersion, maxVersion }];
  }
  if (api.key === describeLogDirsKey) {
    // The request names topics, the response directories: one without a name tells the error.
    const results = fields.find((field) => field.name === "results");
    response["results"] = [structOf(build, results?.fields ?? [], "", {}, [])];
  }
  return response as Response;
}

interface Build {
  readonly version: number;
  readonly code: number;
  readonly message: string | null;
}

/** The struct that answers `asked`, a struct of the request with fields `askedFields`. */
function structOf(
  build: Build,
  fields: readonly FieldSchema[],
  path: string,
  asked: Struct,
  askedFields: readonly FieldSchema[],
): Struct {
  const struct: Struct = {};
  for (const field of fields) {
    struct[field.name] = valueOf(build, field, `${path}.${field.name}`, asked, askedFields);
  }
  for (const [name, value] of Object.entries(beside[path] ?? {})) {
    const field = fields.find((one) => one.name === name);
    if (field !== undefined && inRange(field.versions, build.version)) struct[name] = value;
  }
  return struct;
}

function valueOf(
  build: Build,
  field: FieldSchema,
  path: string,
  asked: Struct,
  askedFields: readonly FieldSchema[],
): unknown {
  if (!inRange(field.versions, build.version)) return defaultOf(field);
  if (field.role === "errorCode") return isSecondary(field) ? 0 : build.code;
  if (field.role === "errorMessage" && !isSecondary(field)) {
    return build.message ?? (inRange(field.nullable, build.version) ? null : "");
  }
  if (field.type === "struct" && field.array === true)
    return elementsOf(build, field, path, asked, askedFields);
  const source = askedFields.find((one) => sameThing(one, field));
  const value = source === undefined ? undefined : asked[source.name];
  if (value === undefined || value === null) return neutral(field);
  return value;
}

/** An error of something beside what was asked for: that went well, as far as anyone knows. */
function isSecondary({ name }: FieldSchema): boolean {
  return name === "topicConfigErrorCode" || name.startsWith("acknowledgeError");
}

function elementsOf(
  build: Build,
  field: FieldSchema,
  path: string,
  asked: Struct,
  askedFields: readonly FieldSchema[],
): Struct[] {
  const fields = field.fields ?? [];
  const elements: Struct[] = [];
  if (!answers(fields)) return elements;
  for (const source of mirrors[path] ?? [field.name]) {
    for (const { value, schema } of askedElements(asked, askedFields, source.split("."))) {
      if (schema.type === "struct") {
        elements.push(structOf(build, fields, path, value as Struct, schema.fields ?? []));
      } else {
        // A bare name or number: it becomes the field that says what the element is about.
        const identity = fields.find((one) => one.type === schema.type && kindOf(one) !== null);
        const named = identity === undefined ? {} : { [identity.name]: value };
        elements.push(structOf(build, fields, path, named, identity === undefined ? [] : [identity]));
      }
    }
  }
  return elements;
}

/** Does a struct with these fields answer one of the request: has it an error, or all of its fields from there? */
function answers(fields: readonly FieldSchema[]): boolean {
  return hasError(fields) || fields.every((field) => kindOf(field) !== null);
}

function hasError(fields: readonly FieldSchema[]): boolean {
  return fields.some((field) => field.role === "errorCode" || hasError(field.fields ?? []));
}

function* askedElements(
  asked: Struct,
  fields: readonly FieldSchema[],
  [name, ...rest]: readonly string[],
): Generator<{ readonly value: unknown; readonly schema: FieldSchema }> {
  const schema = fields.find((field) => field.name === name);
  const values = schema === undefined ? undefined : asked[schema.name];
  if (schema === undefined || !Array.isArray(values)) return;
  for (const value of values as unknown[]) {
    if (rest.length === 0) yield { value, schema };
    else yield* askedElements(value as Struct, schema.fields ?? [], rest);
  }
}

/** Do a field of the request and one of the response name the same thing? */
function sameThing(asked: FieldSchema, answer: FieldSchema): boolean {
  const kind = kindOf(answer);
  return (
    kind !== null && kind === kindOf(asked) && asked.type === answer.type && asked.array === answer.array
  );
}

const identities: ReadonlySet<string> = new Set([
  "resourceType",
  "entityType",
  "entityName",
  "memberId",
  "groupInstanceId",
  "feature",
  "id",
]);

/** What a field identifies, the same for all names that it goes by; null if nothing. */
function kindOf({ role, name, type }: FieldSchema): string | null {
  if (role === "topicName" || role === "topicId" || role === "groupId" || role === "transactionalId")
    return role;
  if (role === "producerId") return role;
  if (role === "typedName") return role;
  if (type === "int32" && /^(partition|partitionIndex|partitionId|index)$/.test(name)) return "partition";
  if (type === "string" && (name === "user" || name === "name")) return "user";
  return identities.has(name) ? name : null;
}

/** A value that says nothing and that can be sent. */
function neutral(field: FieldSchema): unknown {
  return field.type === "records" ? new Uint8Array(0) : defaultOf(field);
}
