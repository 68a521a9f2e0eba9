import leven from "leven";

import type { Path, SourceFile } from "./node.ts";

/** What stands for a secret wherever it would be shown. */
export const redacted = "•••";

const secretNames = ["password", "token"];
const secretWords = /pass|pwd|secret|token|credential/i;

/** Keys whose values are never shown, misspelt ones too. */
export function isSecretKey(key: string): boolean {
  return secretWords.test(key) || secretNames.some((name) => leven(key.toLowerCase(), name) <= 2);
}

/** Whether what is at a path is never shown. Names of clusters are free, and say nothing. */
export function isSecretPath(path: Path): boolean {
  const keys = path[0] === "clusters" ? path.slice(2) : path;
  return keys.some((step) => typeof step === "string" && isSecretKey(step));
}

// What follows a secret key, for text that could not be parsed: to the end of the line, to be sure.
const secretRest = /((?:^|[\s{,"'-])[\w-]*(?:pass|pwd|secret|token|credential)[\w-]*["']?\s*[:=]\s*)\S.*$/i;

/** Whether a value is never shown, wherever it stands: a URL with a login in it. */
export function isSecretValue(value: unknown): boolean {
  return typeof value === "string" && /:\/\/[^/\s@]*:[^/\s]*@/.test(value);
}

/** A line of a file without its secrets; `shift` says where a column went. */
export function redactLine(
  file: SourceFile,
  line: number,
): { readonly text: string; shift(column: number): number } {
  const source = file.lines[line - 1] ?? "";
  const spans = file.secrets.filter((span) => span.line === line).toSorted((a, b) => a.column - b.column);
  let text = "";
  let end = 1;
  for (const { column, length } of spans) {
    if (column < end) continue;
    text += source.slice(end - 1, column - 1) + redacted;
    end = column + length;
  }
  text += source.slice(end - 1);
  return { text, shift };

  function shift(column: number): number {
    let moved = column;
    for (const span of spans) {
      if (column >= span.column + span.length) moved += redacted.length - span.length;
      else if (column > span.column) moved -= column - span.column;
    }
    return moved;
  }
}

/** Adds what of each line looks like the value of a secret key: for files that are not understood. */
export function guessSecrets(file: SourceFile): void {
  for (const [index, line] of file.lines.entries()) {
    const [whole, key] = secretRest.exec(line) ?? [];
    if (whole === undefined || key === undefined) continue;
    const column = line.length - whole.length + key.length + 1;
    file.secrets.push({ line: index + 1, column, length: line.length - column + 1 });
  }
}
