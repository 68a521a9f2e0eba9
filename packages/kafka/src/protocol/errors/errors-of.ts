import { fieldPositions } from "../generated/tables.ts";
import type { Struct } from "../schema/schema.ts";

/** One error that a response reports. */
export interface ResponseError {
  /** Kafka's error code; never 0. */
  readonly code: number;
  /** The broker's words, where the response has a place for them. */
  readonly message: string | null;
  /** The field: `responses[0].partitionResponses[2].errorCode`. */
  readonly path: string;
  /** What it is about, as far as the structs around it say. */
  readonly topic: string | null;
  readonly topicId: string | null;
  readonly partition: number | null;
  readonly groupId: string | null;
}

type About = Pick<ResponseError, "topic" | "topicId" | "partition" | "groupId">;

const nothing: About = { topic: null, topicId: null, partition: null, groupId: null };

/** Names of error code fields, and of the fields that lead to one: nothing else is looked into. */
const codeNames = new Set<string>();
const wayNames = new Set<string>();
for (const { path } of fieldPositions.errorCode) {
  const names = path.split(".");
  codeNames.add(names.pop() ?? "");
  for (const name of names) wayNames.add(name);
}

const topicNames = ["topic", "name", "topicName"];
const partitionNames = ["partitionIndex", "index", "partition", "partitionId"];

/** Every error in a decoded response, at whatever level, in the order of the response. */
export function errorsOf(response: unknown): ResponseError[] {
  const errors: ResponseError[] = [];
  visit(response as Struct, nothing, [], errors);
  return errors;
}

function visit(struct: Struct, around: About, way: (string | number)[], errors: ResponseError[]): void {
  const about = aboutOf(struct, around);
  for (const name in struct) {
    const value = struct[name];
    if (codeNames.has(name)) {
      if (value !== 0 && typeof value === "number") {
        errors.push({ code: value, message: messageOf(struct, name), path: show([...way, name]), ...about });
      }
    } else if (typeof value === "object" && value !== null && wayNames.has(name)) {
      if (Array.isArray(value)) visitAll(value as readonly unknown[], name, about, way, errors);
      else visitInner(value as Struct, name, about, way, errors);
    }
  }
}

function visitAll(
  values: readonly unknown[],
  name: string,
  about: About,
  way: (string | number)[],
  errors: ResponseError[],
): void {
  // One that is no struct says that none is: arrays hold one type.
  if (typeof values[0] !== "object") return;
  way.push(name, 0);
  for (let index = 0; index < values.length; index++) {
    way[way.length - 1] = index;
    visit(values[index] as Struct, about, way, errors);
  }
  way.length -= 2;
}

function visitInner(
  struct: Struct,
  name: string,
  about: About,
  way: (string | number)[],
  errors: ResponseError[],
): void {
  way.push(name);
  visit(struct, about, way, errors);
  way.pop();
}

function aboutOf(struct: Struct, around: About): About {
  const topic = first(struct, topicNames, "string");
  const partition = first(struct, partitionNames, "number");
  const { topicId, groupId } = struct;
  if (topic === null && partition === null && topicId === undefined && groupId === undefined) return around;
  return {
    // A name or id of its own stands for another topic than that of the structs around it.
    topic: (topic as string | null) ?? around.topic,
    topicId: typeof topicId === "string" ? topicId : around.topicId,
    partition: (partition as number | null) ?? around.partition,
    groupId: typeof groupId === "string" ? groupId : around.groupId,
  };
}

function first(struct: Struct, names: readonly string[], type: "string" | "number"): unknown {
  for (const name of names) {
    const value = struct[name];
    if (typeof value === type) return value;
  }
  return null;
}

/** `acknowledgeErrorCode` goes with `acknowledgeErrorMessage`. */
function messageOf(struct: Struct, codeName: string): string | null {
  const message = struct[codeName.replace(/Code$/, "Message")];
  return typeof message === "string" ? message : null;
}

function show(way: readonly (string | number)[]): string {
  return way
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}
