import { messageOf } from "@pagoda/core";
import { parseEndpoint } from "@pagoda/tcp";
import { isIP } from "node:net";
import { z } from "zod";

import { parseDurationMs } from "../../text/duration.ts";
import { networkFault } from "../../text/network.ts";

/** A schema that checks, and changes nothing: what is written is what comes out. */
export type Schema<T> = z.ZodType<T, T>;

/** What a text may not be, in words that follow a colon, or undefined where it is right. */
type FaultOf = (text: string) => string | undefined;

/** A text. Messages say what was expected; `faultOf` adds why a text is not that. */
export function text(expected: string, faultOf: FaultOf = () => undefined, pattern?: RegExp): Schema<string> {
  const error = `must be ${expected}`;
  const base = z.string({ error });
  return (pattern === undefined ? base : base.regex(pattern, { error, abort: true })).superRefine(
    (value, cx) => {
      const detail = value === "" ? "it is empty" : faultOf(value);
      if (detail !== undefined) cx.addIssue({ code: "custom", message: error, params: { detail } });
    },
  );
}

/** A whole number with bounds. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Schema<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : ` from ${least} to ${most}`;
  const error = `must be a whole number${range}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** A number above zero. */
export function aboveZero(): Schema<number> {
  const error = "must be a number above 0";
  return z.number({ error }).gt(0, { error });
}

export function flag(): Schema<boolean> {
  return z.boolean({ error: "must be true or false" });
}

/** One of a closed set, which messages list unless they are told what to say. */
export function oneOf<const T extends readonly [string, ...string[]]>(
  values: T,
  expected: string = listed(values),
): Schema<T[number]> {
  return z.enum(values, { error: `must be ${expected}` });
}

/** The longest that a timer of Node can wait, about 596 hours. */
const mostMs = 0x7fff_ffff;
const durationPattern = /^\d{1,9}(\.\d{1,3})?(ms|s|m|h)$/;
const duration = "a duration like 500ms, 10s, 5m or 1h";

function durationFault(value: string): string | undefined {
  const ms = parseDurationMs(value) ?? 0;
  return ms >= 1 && ms <= mostMs ? undefined : "it must be from 1ms to 596h";
}

export function durationText(): Schema<string> {
  return text(duration, durationFault, durationPattern);
}

/** A duration, or `off` for none. */
export function durationOrOff(): Schema<string> {
  const fault: FaultOf = (value) => (value === "off" ? undefined : durationFault(value));
  return text(`${duration}, or off`, fault, /^(off|\d{1,9}(\.\d{1,3})?(ms|s|m|h))$/);
}

/** Where to listen: port 0 takes a free one. */
export function bindText(): Schema<string> {
  return text("HOST:PORT", endpointFault);
}

/** Where to connect. */
export function endpointText(): Schema<string> {
  return text(
    "HOST:PORT",
    (value) => endpointFault(value) ?? (/:0+$/.test(value) ? "nobody can be reached at port 0" : undefined),
  );
}

/** One or more endpoints with commas between. */
export function endpointsText(): Schema<string> {
  const one = (value: string): string | undefined =>
    endpointFault(value) ?? (/:0+$/.test(value) ? "nobody can be reached at port 0" : undefined);
  return text("HOST:PORT, or several with commas between", (value) =>
    value
      .split(",")
      .map((each) => one(each.trim()))
      .find((fault) => fault !== undefined),
  );
}

function endpointFault(value: string): string | undefined {
  try {
    parseEndpoint(value);
    return undefined;
  } catch (error) {
    return messageOf(error).replace(/^.*? is not HOST:PORT: /s, "");
  }
}

/** A name that becomes a label of metrics and a part of paths. */
export function nameText(): Schema<string> {
  return text(
    "a name of letters, digits, . _ and -, 64 at most",
    () => undefined,
    /^[A-Za-z0-9][\w.-]{0,63}$/,
  );
}

/** The path of a file, relative to the file that says it. */
export function pathText(): Schema<string> {
  return text("the path of a file", (value) =>
    value.startsWith("-----BEGIN") ? "this is the contents of one" : undefined,
  );
}

export function hostText(): Schema<string> {
  return text("a host name or an IP address", (value) => {
    if (isIP(value) !== 0) return undefined;
    if (value.includes(":")) return "a port has no place here";
    return endpointFault(`${value}:1`);
  });
}

/** An address or a network, like `10.0.0.0/8`. */
export function networkText(): Schema<string> {
  return text("an IP address, or a network like 10.0.0.0/8", networkFault);
}

export function regexText(): Schema<string> {
  return text("a regular expression", (value) => {
    try {
      RegExp(value);
      return undefined;
    } catch (error) {
      return messageOf(error).replace(/^Invalid regular expression: /, "");
    }
  });
}

export function urlText(): Schema<string> {
  return text("a URL like http://collector:4318/v1/traces", (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined) return "it is no URL";
    if (!["http:", "https:"].includes(url.protocol)) return "it must begin with http:// or https://";
    return url.username === "" && url.password === "" ? undefined : "it must not have a login in it";
  });
}

/** `a, b or c`. */
function listed(values: readonly (string | number)[]): string {
  const last = values.at(-1);
  return values.length < 2 ? String(last) : `${values.slice(0, -1).join(", ")} or ${last}`;
}
