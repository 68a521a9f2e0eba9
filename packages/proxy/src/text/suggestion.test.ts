import { describe, expect, it } from "vitest";

import { suggestion } from "./suggestion.ts";

describe("suggestion", () => {
  it("names what is nearest, as one would write it", () => {
    expect(suggestion("upsteam", ["listen", "upstream"])).toBe(" - did you mean --upstream?");
    expect(suggestion("kafak", ["kafka", "http"], "")).toBe(" - did you mean kafka?");
  });

  it("says nothing where nothing is near, or nothing is known", () => {
    expect(suggestion("zzzzzz", ["listen", "upstream"])).toBe("");
    expect(suggestion("listen", [])).toBe("");
  });
});
