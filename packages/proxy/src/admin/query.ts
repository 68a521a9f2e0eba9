import { ProxyError } from "@pagoda/core";
import { windows } from "@pagoda/traffic/view";
import type { TapRequest, Window } from "@pagoda/traffic/view";
import { z } from "zod";

/** A query asks for what there is not. The message names the parameter and what was given. */
class QueryError extends ProxyError {
  readonly code = "ADMIN_QUERY";
  readonly retriable = false;
  readonly kind = "invalid";
  readonly parameter: string;
  constructor(parameter: string, problem: string) {
    super(`${parameter} ${problem}`);
    this.parameter = parameter;
  }
}

/** Characters of a name that is filtered by; of a value that an error repeats. */
const maxNameLength = 500;
const maxShownLength = 100;

/** `?window=` */
export const windowQuery = z.strictObject({
  window: z
    .enum(windows, { error: `must be one of ${windows.join(", ")}` })
    .default("1m")
    .describe("how far back rates and latencies look"),
});

const name = z.string().max(maxNameLength, { error: `must be at most ${maxNameLength} characters` });

function number(min: number, max: number, kind: "a number" | "a whole number"): z.ZodCoercedNumber {
  const error = `must be ${kind} from ${min} to ${max}`;
  const any = z.coerce.number({ error }).min(min, { error }).max(max, { error });
  return kind === "a number" ? any : any.int({ error });
}

const flag = z.stringbool({ truthy: ["true"], falsy: ["false"], error: "must be true or false" });

/** What a tap may be asked for. */
export const tapQuery = z.strictObject({
  api: name
    .exactOptional()
    .describe("by Kafka's name, as `Produce`; `*` stands for anything, here and below"),
  topic: name.exactOptional().describe("requests that name it"),
  client: name.exactOptional().describe("the client id"),
  group: name.exactOptional().describe("the group id"),
  connection: name.exactOptional().describe("the id that `/api/connections` shows"),
  error: name.exactOptional().describe("`any`, or one error by Kafka's name"),
  slowerThanMs: number(0, 86_400_000, "a number")
    .exactOptional()
    .describe("milliseconds; only what took longer"),
  maxPerSecond: number(1, 10_000, "a whole number")
    .default(100)
    .describe("events a second at most; what is more is left out and counted"),
  records: number(0, 100, "a whole number")
    .default(0)
    .describe("records shown of each request: keys and headers"),
  values: flag.default(false).describe("their values too, where the configuration allows it"),
});

/** The window that is asked for; `1m` unless it is said. @throws QueryError */
export function readWindow(query: URLSearchParams): Window {
  return readQuery(windowQuery, query).window;
}

/** @throws QueryError */
export function readTapRequest(query: URLSearchParams): TapRequest {
  return readQuery(tapQuery, query);
}

/**
 * Reads a query as `schema` says: nothing that it does not know, and everything once. A parameter
 * without a value is as one that is left out, as forms send it.
 * @throws QueryError for the first that is wrong.
 */
function readQuery<S extends z.ZodObject>(schema: S, query: URLSearchParams): z.output<S> {
  const given: Record<string, string> = {};
  for (const [parameter, value] of query) {
    if (!Object.hasOwn(schema.shape, parameter)) {
      const known = Object.keys(schema.shape).join(", ") || "none";
      throw new QueryError(shown(parameter), `is no parameter here; there is: ${known}`);
    }
    if (Object.hasOwn(given, parameter)) throw new QueryError(parameter, "must be given once");
    if (value !== "") given[parameter] = value;
  }
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0] ?? { path: [], message: "is wrong" };
  const parameter = String(path[0]);
  throw new QueryError(parameter, `${message}, got ${shown(given[parameter] ?? "")}`);
}

function shown(value: string): string {
  return JSON.stringify(value.length > maxShownLength ? `${value.slice(0, maxShownLength)}…` : value);
}
