import { listOf, mapping } from "./collections.ts";
import { flag, regexText, text } from "./scalars.ts";
import type { Schema } from "./scalars.ts";

/** What taps may show of records. */
export interface TapSource {
  values?: boolean | undefined;
  redact?: readonly RedactSource[] | undefined;
}

/** What is made unreadable before it leaves the process: in keys, headers and values. */
export interface RedactSource {
  topic?: string | undefined;
  match: string;
  to?: string | undefined;
}

export const tapSchema: Schema<TapSource> = mapping({
  values: flag()
    .optional()
    .describe("whether taps may show the values of records; default false: keys and headers only"),
  redact: listOf(
    mapping({
      topic: text("a name, where * stands for anything")
        .optional()
        .describe("topics that the rule is for, where * stands for anything; default all"),
      match: regexText().describe("what is replaced in keys, header values and values"),
      to: text("a text").optional().describe("by what; default •••"),
    }),
    "mappings of match, topic and to",
  )
    .optional()
    .describe("in order, all of them, before a record leaves the process"),
}) as Schema<TapSource>;
