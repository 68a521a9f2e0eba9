import { ProxyError } from "@pagoda/core";

import type { Origin, SourceFile, Span } from "./source/node.ts";
import { redactLine, redacted } from "./source/secrets.ts";

/** One thing that is wrong with a configuration. Nothing in it shows a secret. */
export interface ConfigFault {
  /** Such as `listeners[0].bind`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  /** What would be right, where that takes more than the message. */
  readonly hint?: string | undefined;
  /** Undefined: nobody said it. */
  readonly origin: Origin | undefined;
}

/** A configuration that cannot be used: every fault of it, each with its place. */
export class ConfigError extends ProxyError {
  readonly code = "CONFIG";
  readonly retriable = false;
  readonly kind = "invalid";
  /** In the order of the file; those of variables and flags after it. */
  readonly faults: readonly ConfigFault[];
  constructor(faults: readonly ConfigFault[]) {
    const sorted = faults.toSorted((a, b) => rank(a) - rank(b));
    super(sorted.map(formatFault).join("\n"));
    this.faults = sorted;
  }
}

/** `pagoda.yaml:14:7`, `env PAGODA_ADMIN__BIND`, or `flag`. */
export function showOrigin(origin: Origin): string {
  if (origin.from === "flag") return "flag";
  if (origin.from === "env") return `env ${origin.name}`;
  const { file, span } = origin;
  return span === undefined ? file.name : `${file.name}:${span.line}:${span.column}`;
}

function rank({ origin }: ConfigFault): number {
  if (origin?.from !== "file") return Number.MAX_SAFE_INTEGER;
  return (origin.span?.line ?? 0) * 10_000 + Math.min(origin.span?.column ?? 0, 9_999);
}

/**
 * The lines that say what is wrong and where, as compilers do:
 *
 *     pagoda.yaml:3:5  error  admin.bnd: unknown key - did you mean bind?
 *         3 |   bnd: 127.0.0.1:9190
 *           |   ^^^     known keys: ...
 */
function formatFault({ path, message, hint, origin }: ConfigFault): string {
  const where = origin === undefined ? "" : `${showOrigin(origin)}  `;
  const head = `${where}error  ${path === "" ? "" : `${path}: `}${message}`;
  const shown = origin && excerpt(origin);
  if (shown === undefined) return hint === undefined ? head : `${head}\n      = ${hint}`;
  const gutter = shown.label.padStart(5);
  const under = `${" ".repeat(gutter.length)} | ${shown.indent}${"^".repeat(shown.length)}`;
  return `${head}\n${gutter} | ${shown.text}\n${under}${hint === undefined ? "" : `  ${hint}`}`;
}

interface Excerpt {
  readonly label: string;
  readonly text: string;
  readonly indent: string;
  readonly length: number;
}

function excerpt(origin: Origin): Excerpt | undefined {
  if (origin.from === "flag") return undefined;
  if (origin.from === "file") {
    return origin.span && origin.file.lines.length > 0 ? lineOf(origin.file, origin.span) : undefined;
  }
  const text = crop(`${origin.name}=${origin.text.replaceAll(/\s/g, " ")}`, 0).text;
  const at = origin.name.length + 1;
  return { label: "", text, indent: " ".repeat(at), length: Math.max(1, text.length - at) };
}

function lineOf(file: SourceFile, span: Span): Excerpt {
  const line = redactLine(file, span.line);
  const start = line.shift(span.column) - 1;
  const shifted = line.shift(span.column + span.length) - 1;
  // Both ends within what is hidden: all of that.
  const end = shifted > start ? shifted : start + (span.length > 1 ? redacted.length : 1);
  const { text, from } = crop(line.text, start);
  const at = start - from;
  return {
    label: String(span.line),
    text,
    indent: text.slice(0, at).replaceAll(/[^\t]/g, " ").padEnd(at),
    length: Math.max(1, Math.min(end - from, text.length) - at),
  };
}

const widest = 120;

/** The part of a long line that has the column in it. */
function crop(line: string, column: number): { readonly text: string; readonly from: number } {
  if (line.length <= widest) return { text: line, from: 0 };
  const from = Math.max(0, Math.min(column - widest / 2, line.length - widest));
  return { text: line.slice(from, from + widest), from };
}
