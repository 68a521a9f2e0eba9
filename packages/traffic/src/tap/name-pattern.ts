/** Whether a name is one of those that a pattern stands for. */
export type NamePattern = (name: string) => boolean;

const maxPatternChars = 500;

/**
 * A pattern of names: exact, but for `*`, which stands for any characters, also none. There is no
 * other special character. What matching costs grows with the name, whatever the pattern is.
 * @param option names the pattern in errors
 * @throws RangeError for one that is empty, or longer than 500 characters
 */
export function namePattern(option: string, pattern: string): NamePattern {
  if (pattern === "" || pattern.length > maxPatternChars) {
    throw new RangeError(
      `${option} must be a name or pattern of 1 to ${maxPatternChars} characters, got ${pattern.length}`,
    );
  }
  const parts = pattern.split("*");
  if (parts.length === 1) return (name) => name === pattern;
  if (parts.every((part) => part === "")) return () => true;
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  const between = parts.slice(1, -1).filter((part) => part !== "");

  return (name) => {
    if (name.length < first.length + last.length) return false;
    if (!name.startsWith(first) || !name.endsWith(last)) return false;
    const end = name.length - last.length;
    let at = first.length;
    // The first place where a part fits leaves the most room for those behind it: no way back is needed.
    for (const part of between) {
      const found = name.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}
