import { describe, expect, it } from "vitest";

import { networkFault } from "./network.ts";

describe("networkFault", () => {
  it.each(["10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "::1", "fd00::/8", "::/128"])("takes %s", (text) => {
    expect(networkFault(text)).toBeUndefined();
  });

  it.each([
    ["", '"" is no IP address'],
    ["kafka/8", '"kafka" is no IP address'],
    ["10.0.0.0/33", "from 0 to 32"],
    ["::/129", "from 0 to 128"],
    ["10.0.0.0/", "from 0 to 32"],
    ["10.0.0.0/8/8", "from 0 to 32"],
  ])("says what is wrong with %j", (text, words) => {
    expect(networkFault(text)).toContain(words);
  });
});
