import { messageOf } from "@pagoda/core";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

import { isSecretKey } from "./secrets.ts";

/** What the references of one text come to. */
export interface Expanded {
  readonly text: string;
  /** Whether there was one. */
  readonly changed: boolean;
  /** Whether a part of it came from a file, or from a variable that is named like a secret. */
  readonly secret: boolean;
  /** The files that were read, absolute. */
  readonly files: readonly string[];
}

/** A reference that leads nowhere. */
export interface BadReference {
  /** As it is written, to be looked for in the source. */
  readonly reference: string;
  readonly message: string;
  readonly hint?: string;
}

/** What references refer to. */
export interface ReferenceParts {
  readonly env: NodeJS.ProcessEnv;
  /** What `${file:...}` is relative to. */
  readonly folder: string;
}

/** Bytes of a `${file:...}` at most. */
const maxFileBytes = 65_536;

const reference = /\$?\$\{(?<inner>[^}]*)(?<end>\}?)/g;
const variable = /^(?<name>[A-Za-z_]\w*)(?::-(?<fallback>.*))?$/s;

/**
 * Replaces `${NAME}`, `${NAME:-otherwise}` (also where it is empty) and `${file:path}`, whose last
 * line break is taken away; `$${` stands for `${`. What is put in is not looked at again.
 */
export function expand(text: string, parts: ReferenceParts): Expanded | readonly BadReference[] {
  const bad: BadReference[] = [];
  const files: string[] = [];
  let changed = false;
  let secret = false;
  const expanded = text.replaceAll(reference, (match: string, ...rest: unknown[]) => {
    const { inner = "", end = "" } = rest.at(-1) as Record<string, string>;
    changed = true;
    if (match.startsWith("$$")) return match.slice(1);
    secret ||= inner.startsWith("file:") || isSecretKey(inner.replace(/:-.*$/s, ""));
    const result = end === "" ? unclosed : lookUp(inner, parts, files);
    if (typeof result === "string") return result;
    bad.push({ reference: match, ...result });
    return "";
  });
  return bad.length > 0 ? bad : { text: expanded, changed, secret, files };
}

type Fault = Omit<BadReference, "reference">;

const unclosed: Fault = { message: "this reference has no closing }", hint: "write $${ for a literal ${" };

function lookUp(inner: string, { env, folder }: ReferenceParts, files: string[]): string | Fault {
  if (inner.startsWith("file:"))
    return readReferred(resolve(folder, inner.slice("file:".length)), inner, files);
  const { name, fallback } = variable.exec(inner)?.groups ?? {};
  if (name === undefined) {
    return {
      message: `\${${inner}} is no reference`,
      hint: "known: ${NAME}, ${NAME:-otherwise}, ${file:path}; write $${ for a literal ${",
    };
  }
  const value = env[name];
  if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
  return (
    value ?? {
      message: `the environment has no ${name}`,
      hint: `set it, or write \${${name}:-something} for when it is not set`,
    }
  );
}

function readReferred(path: string, inner: string, files: string[]): string | Fault {
  if (inner === "file:") return { message: "${file:} names no file" };
  files.push(path);
  try {
    const { size } = statSync(path);
    if (size > maxFileBytes) {
      return { message: `${path} has ${size} bytes: at most ${maxFileBytes} are read` };
    }
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    return { message: `${path} cannot be read: ${reasonOf(error)}` };
  }
}

/** Without the path, which the message has already. */
function reasonOf(error: unknown): string {
  return messageOf(error).replace(/, \w+(?: '.*')?$/s, "");
}
