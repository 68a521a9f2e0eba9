import { either, listOf, mapping } from "./collections.ts";
import { bindText, flag, hostText, oneOf, text } from "./scalars.ts";
import type { Schema } from "./scalars.ts";

/** The admin server: `/metrics`, `/live`, `/ready`, `/config`. */
export interface AdminSource {
  bind?: string | undefined;
  token?: string | undefined;
  allowWrites?: boolean | undefined;
  allowedHosts?: readonly string[] | undefined;
}

export const adminSchema: Schema<"off" | AdminSource> = either(
  "off, or a mapping of bind, token, allowWrites, allowedHosts",
  [
    oneOf(["off"]),
    mapping({
      bind: bindText().optional().describe("where it listens; default 127.0.0.1:9190"),
      token: text("a text of 16 characters or more", (value) =>
        value.length < 16 ? "it is too short" : undefined,
      )
        .optional()
        .describe("secret that callers show as Authorization: Bearer ...; needed where bind is not loopback"),
      allowWrites: flag()
        .optional()
        .describe("whether POST may change anything (reload, drain, log level); default false"),
      allowedHosts: listOf(hostText(), "host names")
        .optional()
        .describe("host names that callers may ask for, beside IP addresses and localhost"),
    }),
  ],
) as Schema<"off" | AdminSource>;
