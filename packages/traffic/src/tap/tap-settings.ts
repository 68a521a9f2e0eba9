import { notNegative, positive, whole } from "@pagoda/core";

import type { TapRequest } from "../view/tap-event.ts";
import { namePattern } from "./name-pattern.ts";
import type { NamePattern } from "./name-pattern.ts";

/** Most events a second that a session may ask for. */
const maxPerSecondLimit = 10_000;
/** Most records of one exchange that a session may ask for. */
const maxRecordsLimit = 100;

/** What one session wants to see: its request, checked, with names compiled and defaults filled in. */
export interface TapSettings {
  readonly connection: NamePattern | undefined;
  readonly client: NamePattern | undefined;
  readonly api: NamePattern | undefined;
  /** -1 for any duration. */
  readonly slowerThanMs: number;
  /** `any`, or a name. */
  readonly error: string | undefined;
  readonly topic: NamePattern | undefined;
  readonly group: NamePattern | undefined;
  readonly maxPerSecond: number;
  readonly records: number;
  readonly values: boolean;
}

/** @throws RangeError, which names the option, for what makes no sense. */
export function tapSettings(request: TapRequest): TapSettings {
  const pattern = (option: "connection" | "client" | "api" | "topic" | "group"): NamePattern | undefined => {
    const asked = request[option];
    return asked === undefined ? undefined : namePattern(option, asked);
  };
  const { error, slowerThanMs, maxPerSecond = 100, records = 0, values = false } = request;
  if (error === "") throw new RangeError("error must be `any` or the name of an error, got an empty string");
  if (positive("maxPerSecond", maxPerSecond) > maxPerSecondLimit) {
    throw new RangeError(`maxPerSecond must be <= ${maxPerSecondLimit}, got ${maxPerSecond}`);
  }
  return {
    connection: pattern("connection"),
    client: pattern("client"),
    api: pattern("api"),
    slowerThanMs: slowerThanMs === undefined ? -1 : notNegative("slowerThanMs", slowerThanMs),
    error,
    topic: pattern("topic"),
    group: pattern("group"),
    maxPerSecond,
    records: whole("records", records, 0, maxRecordsLimit),
    values,
  };
}
