import { literal } from "./detector.ts";
import type { Detector, Verdict } from "./detector.ts";

// The longest method registered with IANA has 17 bytes (UPDATEREDIRECTREF).
const maxMethodBytes = 24;
const maxTargetBytes = 1024;

/**
 * HTTP/1.0 and 1.1 by the request line (RFC 9112 section 3): any method that is a token of at most
 * 24 bytes, a target in one of the four forms, and ` HTTP/1.` with its digit. The method alone
 * would not do: `set /key …` is memcached, `OPTIONS sip:…` is SIP.
 *
 * A target in origin or absolute http form that runs for 1 KiB matches there, before its end: long
 * links must not depend on how much a detector may read. HTTP/0.9, which has no version, is refused.
 */
export const http1Detector: Detector = {
  protocol: "http",
  detect: (bytes) => requestLine(bytes),
  facts: (bytes) => {
    const line = text(bytes, 0, maxMethodBytes + maxTargetBytes + 16);
    const minor = /^[^ ]+ [^ ]+ HTTP\/1\.(\d)/.exec(line)?.[1];
    return { detail: minor === undefined ? "http/1" : `http/1.${minor}` };
  },
};

function requestLine(bytes: Uint8Array): Verdict {
  let at = 0;
  while (at <= maxMethodBytes && isTokenByte(bytes[at])) at++;
  if (at > maxMethodBytes) return "no";
  if (at === bytes.length) return "more";
  if (at === 0 || bytes[at] !== space) return "no";

  const target = at + 1;
  at = target;
  while (at < target + maxTargetBytes && isTargetByte(bytes[at])) at++;
  if (at === target + maxTargetBytes)
    return /^(\/|https?:\/\/)/i.test(text(bytes, target, 8)) ? "match" : "no";
  // `*` stands alone; a path of that name begins with a slash.
  if (bytes[target] === asterisk && at > target + 1) return "no";
  if (at === bytes.length) return "more";
  if (at === target) return "no";

  const version = literal(bytes, at, " HTTP/1.");
  if (version !== "match") return version;
  const minor = bytes[at + 8];
  if (minor === undefined) return "more";
  return minor >= 0x30 && minor <= 0x39 ? "match" : "no";
}

const space = 0x20;
const asterisk = 0x2a;

/** A byte of a `token` (RFC 9110 section 5.6.2). */
function isTokenByte(byte: number | undefined): boolean {
  return byte !== undefined && tokenBytes[byte] === 1;
}

/** Any visible byte. Beyond ASCII too: not allowed, and sent all the same. */
function isTargetByte(byte: number | undefined): boolean {
  return byte !== undefined && byte > space && byte !== 0x7f;
}

const tokenBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
