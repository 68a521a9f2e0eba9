/**
 * Characters that a client's names must not bring to a terminal or a page: control characters, marks
 * that turn the direction of text, line separators, halves of characters.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text with what is not printable as `\xNN` or `\u{N}`. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (char) => {
    const code = (char.codePointAt(0) as number).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u{${code}}`;
  });
}
