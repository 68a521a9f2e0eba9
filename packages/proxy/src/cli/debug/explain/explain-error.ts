import type { KafkaErrorCode } from "@pagoda/kafka/protocol";

import { wrap } from "../text.ts";
import { adviceOn } from "./error-advice.ts";
import type { ErrorAdvice } from "./error-advice.ts";

/** What `pagoda explain NOT_LEADER_OR_FOLLOWER -o json` prints. */
export interface ExplainedError extends ErrorAdvice {
  readonly kind: "error";
  readonly name: string;
  readonly code: number;
  readonly retriable: boolean;
  readonly description: string;
  /** The API that has the same number, where a number was asked for. */
  readonly apiOfThatKey?: string;
}

/** Everything that is known of an error. */
export function explainError(error: KafkaErrorCode, apiOfThatKey?: string): ExplainedError {
  const { name, code, retriable, description } = error;
  const { means, clients, look } = adviceOn(error);
  return {
    kind: "error",
    name,
    code,
    retriable,
    description,
    means,
    clients,
    look,
    ...(apiOfThatKey !== undefined && { apiOfThatKey }),
  };
}

/** The explanation as text. */
export function formatError(error: ExplainedError): string {
  const { name, code, retriable, description, means, clients, look, apiOfThatKey } = error;
  const again = retriable ? "retriable" : "not retriable";
  const parts = [
    `${name} (error code ${code}, ${again})`,
    "",
    description,
    "",
    ...labelled("MEANS", means),
    ...labelled("CLIENTS", clients),
    ...look.flatMap((line, at) => labelled(at === 0 ? "LOOK AT" : "", line, "- ")),
  ];
  if (apiOfThatKey !== undefined) {
    parts.push(...labelled("ALSO", `API key ${code} is ${apiOfThatKey}: pagoda explain ${apiOfThatKey}`));
  }
  return `${parts.join("\n")}\n`;
}

function labelled(label: string, text: string, bullet = ""): string[] {
  return wrap(text, 68 - bullet.length).map((line, at) => {
    const mark = at === 0 ? bullet : " ".repeat(bullet.length);
    return `${(at === 0 ? label : "").padEnd(10)}${mark}${line}`;
  });
}
