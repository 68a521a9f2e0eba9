/** A fenced `ts` block of a document. */
export interface Snippet {
  /** Says which document, and which line of it the block begins on. */
  readonly file: string;
  /** On the same lines as in the document, so that a compiler's message points there. */
  readonly code: string;
}

/** The fenced `ts` blocks of a document, in order. */
export function snippetsOf(document: string, markdown: string): Snippet[] {
  const lines = markdown.split("\n");
  const snippets: Snippet[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^(\s*)(`{3,})\s*(\S*)/.exec(lines[at] ?? "");
    if (fence === null) continue;
    const [, indent = "", ticks = "", language] = fence;
    const end = lines.findIndex((line, index) => index > at && line.trim() === ticks);
    if (end === -1) throw new Error(`${document}:${at + 1}: this code block does not end`);
    if (language === "ts") {
      const body = lines.slice(at + 1, end).map((line) => line.slice(indent.length));
      const name = document.replaceAll(/[/\\]/g, "__");
      // `export {}`: a block without imports is a module too, and shares no names with others.
      snippets.push({
        file: `${name}.L${at + 2}.ts`,
        code: `${"\n".repeat(at + 1)}${body.join("\n")}\nexport {};\n`,
      });
    }
    at = end;
  }
  return snippets;
}
