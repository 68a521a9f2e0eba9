import { describe, expect, it } from "vitest";

import { snippetsOf } from "./snippets.ts";

describe("snippetsOf", () => {
  it("takes the ts blocks and leaves other languages", () => {
    const markdown = "# T\n\n```sh\nls\n```\n\n```ts\nconst a = 1;\n```\n```\nplain\n```\n";
    expect(snippetsOf("docs/a.md", markdown)).toEqual([
      { file: "docs__a.md.L8.ts", code: `${"\n".repeat(7)}const a = 1;\nexport {};\n` },
    ]);
  });

  it("keeps a block on the lines it has in the document", () => {
    const [, second] = snippetsOf("a.md", "```ts\nfirst;\n```\n\ntext\n\n```ts\nsecond;\n```\n");
    expect(second?.code.split("\n").indexOf("second;")).toBe(7);
  });

  it("takes a block that is indented, as in a list", () => {
    expect(snippetsOf("a.md", "- text\n\n  ```ts\n  if (a) {\n    b;\n  }\n  ```\n")[0]?.code.trim()).toBe(
      "if (a) {\n  b;\n}\nexport {};",
    );
  });

  it("does not take a ts fence inside a longer fence", () => {
    expect(snippetsOf("a.md", "````md\n```ts\nnot code\n```\n````\n")).toEqual([]);
  });

  it("refuses a block that does not end", () => {
    expect(() => snippetsOf("a.md", "text\n```ts\nopen")).toThrow("a.md:2: this code block does not end");
  });
});
