import stringWidth from "string-width";

/** Columns that a text takes in a terminal: two for wide characters, none for combining ones. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Never cuts a character that is made of several. */
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The text in at most `width` columns; what is cut off is `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** The text followed by spaces, up to `width` columns. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
