import { expect, it } from "vitest";

import { loadNative } from "./native.ts";

it("says which package is missing, and why", () => {
  expect(() => loadNative("@pagoda/no-such-package")).toThrow(
    expect.objectContaining({
      code: "UNSUPPORTED_COMPRESSION",
      message: "unsupported compression: cannot load @pagoda/no-such-package",
      cause: expect.objectContaining({ code: "MODULE_NOT_FOUND" }),
    }),
  );
});
