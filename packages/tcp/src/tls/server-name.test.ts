import { describe, expect, it } from "vitest";

import { ServerNames } from "./server-name.ts";

function names(...all: string[]): ServerNames<string> {
  const found = new ServerNames<string>();
  for (const name of all) found.add(name, name);
  return found;
}

describe("ServerNames", () => {
  it.each([
    ["kafka.example.com", "kafka.example.com"],
    ["b-1.kafka.example.com", "*.kafka.example.com"],
    ["KAFKA.Example.COM", "kafka.example.com"],
    ["kafka.example.com.", "kafka.example.com"],
    ["www.example.com", "*.example.com"],
    ["example.com", undefined],
    ["a.b-1.kafka.example.com", undefined],
    ["com", undefined],
    ["", undefined],
    [".example.com", undefined],
  ])("finds for %j %j", (name, expected) => {
    const all = names("kafka.example.com", "*.kafka.example.com", "*.example.com");
    expect(all.find(name)).toBe(expected);
  });

  it("prefers an exact name to a wildcard, whatever the order", () => {
    expect(names("*.example.com", "kafka.example.com").find("kafka.example.com")).toBe("kafka.example.com");
  });

  it("keeps the first of two values for one name", () => {
    const all = new ServerNames<number>();
    all.add("kafka.local", 1);
    all.add("kafka.local", 2);
    expect(all.find("kafka.local")).toBe(1);
  });
});
