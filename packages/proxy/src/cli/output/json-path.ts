import { UsageError } from "../exit.ts";

/** One step into a value: a key, an index, or `*` for all there is. */
type Step = string | number;

/**
 * Reads a path as `kubectl` writes it, without filters and recursion: `[*].topic`, `$[0].latency.p99`,
 * `{.[*].errors[*].error}`, `[*]['odd key']`.
 * @throws UsageError saying where it is not one
 */
export function parseJsonPath(text: string): readonly Step[] {
  const inner = /^\{(.*)\}$/.exec(text)?.[1] ?? text;
  const path = inner.replace(/^\$/, "");
  const steps: Step[] = [];
  const token = /\.?\[(?:(\d{1,9})|(\*)|'([^']*)')\]|\.?(\*)|\.?([\p{L}_][\p{L}\p{N}_-]*)|\.$/uy;
  while (token.lastIndex < path.length) {
    const at = token.lastIndex;
    const found = token.exec(path);
    if (found === null) {
      throw new UsageError(
        `-o jsonpath=${text}: cannot read it from "${path.slice(at)}" on; write .key, [0], [*] and ['odd key']`,
      );
    }
    const [, index, all, quoted, star, key] = found;
    if (index !== undefined) steps.push(Number(index));
    else if ((all ?? star) !== undefined) steps.push("*");
    else if ((quoted ?? key) !== undefined) steps.push(quoted ?? key ?? "");
  }
  return steps;
}

/** All values that the path leads to; what is not there is left out. */
export function valuesAt(value: unknown, steps: readonly Step[]): readonly unknown[] {
  let found: readonly unknown[] = [value];
  for (const step of steps) found = found.flatMap((each) => into(each, step));
  return found;
}

function into(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (step === "*") return Object.values(value);
  if (!Object.hasOwn(value, step)) return [];
  return [(value as Readonly<Record<Step, unknown>>)[step]];
}
