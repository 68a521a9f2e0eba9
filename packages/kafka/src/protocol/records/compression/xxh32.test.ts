import { expect, it } from "vitest";

import { xxh32OfShort } from "./xxh32.ts";

// From xxHash's command: printf '%s' TEXT | xxh32sum
it.each([
  ["", 0x02cc5d05],
  ["a", 0x550d7456],
  ["abc", 0x32d153ff],
])("hashes %j as xxHash does", (text, hash) => {
  expect(xxh32OfShort(Buffer.from(text))).toBe(hash);
});
