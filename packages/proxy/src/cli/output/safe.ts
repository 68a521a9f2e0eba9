/**
 * Everything that a terminal could act on instead of showing it: control characters (C0, DEL, C1),
 * invisible and direction-changing ones, line and paragraph separators, private ones, halves of pairs.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}]/gu;

/**
 * Text that others chose - client ids, topics, errors - as it may be written to a terminal: on one
 * line, what is unsafe escaped as `\x1b` or `\u{202e}`.
 */
export function safe(text: string): string {
  return text.replaceAll(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** As `safe`, of text that may have lines. */
export function safeLines(text: string): string {
  return text.split("\n").map(safe).join("\n");
}

/** JSON that a terminal may show: the same value, with what is unsafe as `\u001b`. */
export function safeJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? "null";
  return text.replaceAll(unsafe, (character) => (character === "\n" ? character : escapedUnits(character)));
}

/** JSON knows UTF-16 units only. */
function escapedUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
