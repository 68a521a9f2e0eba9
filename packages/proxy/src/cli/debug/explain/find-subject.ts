import { apiOfKey, apis, kafkaErrorNamed, kafkaErrorOf, kafkaErrors } from "@pagoda/kafka/protocol";
import type { AnyApi } from "@pagoda/kafka/protocol";

import { suggestion } from "../../../text/suggestion.ts";
import { UsageError } from "../../exit.ts";
import { explainApi } from "./explain-api.ts";
import type { ExplainedApi } from "./explain-api.ts";
import { explainError } from "./explain-error.ts";
import type { ExplainedError } from "./explain-error.ts";

/** Something that can be explained. */
export type Explained = ExplainedError | ExplainedApi;

/**
 * Explains what `text` names: an error, an API, or the error with that code. Case does not count, nor
 * do the `Request` or `Response` behind an API's name and the `Exception` behind an error's, nor
 * underscores and hyphens.
 * @throws UsageError that suggests the nearest name
 */
export function explain(text: string): Explained {
  if (/^-?\d+$/.test(text)) return ofNumber(Number(text));
  const wanted = plain(text);
  const error = kafkaErrors.find(({ name }) => plain(name) === wanted);
  if (error !== undefined) return explainError(error);
  const api = apiNamed(text);
  if (api !== undefined) return explainApi(api);
  throw new UsageError(`"${text}" is neither an error nor an API of Kafka${nearest(wanted)}`);
}

/** ` - did you mean NOT_LEADER_OR_FOLLOWER?`: a name that is written nearly so, or has it in it. */
function nearest(wanted: string): string {
  const names = [...kafkaErrors.map(({ name }) => name), ...Object.keys(apis)];
  const byPlain = new Map(names.map((name) => [plain(name), name]));
  const near = /mean (?<name>\w+)\?$/.exec(suggestion(wanted, [...byPlain.keys()], ""))?.groups?.["name"];
  const within = wanted.length >= 4 ? [...byPlain.keys()].find((name) => name.includes(wanted)) : undefined;
  const found = byPlain.get(near ?? within ?? "");
  return found === undefined ? "" : ` - did you mean ${found}?`;
}

/** The API of that name, however it is written. */
export function apiNamed(text: string): AnyApi | undefined {
  const wanted = plain(text).replace(/(?<=.)(?:request|response)$/, "");
  const known = Object.values(apis).find(({ name }) => plain(name) === wanted);
  return known === undefined ? undefined : apiOfKey(known.key);
}

function ofNumber(number: number): Explained {
  const error = kafkaErrorOf(number);
  const api = apiOfKey(number);
  if (error.known) {
    const known = kafkaErrorNamed(error.name);
    return explainError(known, api?.name);
  }
  if (api !== undefined) return explainApi(api);
  const last = kafkaErrors.at(-1)?.code;
  throw new UsageError(`no error known here has code ${number}: they go from -1 to ${last}`);
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[-_ ]/g, "")
    .replace(/(?<=.)exception$/, "");
}
