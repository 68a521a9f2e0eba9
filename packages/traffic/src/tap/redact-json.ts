/** Steps of a path into JSON: a name, or `*` for every element or property. */
export type JsonPath = readonly string[];

const step = /^(?:\.([^.[\]*"']+)|\.(\*)|\[(\*)\]|\[(\d+)\]|\["([^"]+)"\]|\['([^']+)'\])/;

/**
 * Reads `$.customer.email`, `$.items[*].card`, `$["a b"]`, or a bare name, which stands for every
 * property of that name, however deep.
 * @returns undefined for a bare name
 * @throws RangeError for anything else
 */
export function readJsonPath(option: string, path: string): JsonPath | undefined {
  if (/^[^$.[\]*"'\s]+$/.test(path)) return undefined;
  const steps: string[] = [];
  let rest = path.startsWith("$") ? path.slice(1) : "";
  while (rest !== "") {
    const found = step.exec(rest);
    if (found === null) break;
    steps.push(found.slice(1).find((one) => one !== undefined) as string);
    rest = rest.slice(found[0].length);
  }
  if (rest !== "" || steps.length === 0) {
    throw new RangeError(
      `${option} must be a name, or a path like $.items[*].card, got ${JSON.stringify(path)}`,
    );
  }
  return steps;
}

/** Replaces what a path leads to, in a parsed JSON. The value is changed in place. */
export function redactPath(value: unknown, path: JsonPath, replacement: string, at = 0): void {
  const name = path[at];
  if (name === undefined || !isObject(value)) return;
  for (const key of name === "*" ? Object.keys(value) : [name]) {
    if (!Object.hasOwn(value, key)) continue;
    if (at === path.length - 1) value[key] = replacement;
    else redactPath(value[key], path, replacement, at + 1);
  }
}

/** Replaces every property of that name, in a parsed JSON. The value is changed in place. */
export function redactName(value: unknown, name: string, replacement: string): void {
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    if (key === name && !Array.isArray(value)) value[key] = replacement;
    else redactName(value[key], name, replacement);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
