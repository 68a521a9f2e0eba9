import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { apis } from "../protocol/generated/registry.ts";
import { brokerApis } from "./broker-apis.ts";
import { replicaApis } from "./replica-id.ts";
import { VersionLimits } from "./version-limits.ts";

const document = readFileSync(join(import.meta.dirname, "../../../../docs/versions.md"), "utf8");

/** The APIs that a piece of the document names. */
function namedBetween(from: string, to: string): ReadonlySet<string> {
  const start = document.indexOf(from);
  const text = document.slice(start, document.indexOf(to, start));
  expect(text).not.toBe("");
  return new Set(Object.keys(apis).filter((name) => new RegExp(String.raw`\b${name}\b`).test(text)));
}

describe("docs/versions.md", () => {
  it("lists every API that never passes unread, but for those of brokers", () => {
    const limits = new VersionLimits({}, "pass");
    const read = Object.values(apis).filter(
      ({ key, versions, name }) =>
        (limits.of(key)?.max === versions.max || replicaApis.has(key)) && !(name in brokerApis),
    );
    const listed = namedBetween("These must be read", "Passing is right");
    expect([...listed].toSorted()).toEqual(read.map(({ name }) => name).toSorted());
  });

  it("lists every API that is for brokers", () => {
    const listed = namedBetween("| APIs | who", "WriteTxnMarkers stays");
    expect([...listed].toSorted()).toEqual(Object.keys(brokerApis).toSorted());
  });
});
