import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { hasRole } from "../protocol/fields/map-structs.ts";
import { apis } from "../protocol/generated/registry.ts";
import { fieldPositions } from "../protocol/generated/tables.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import type { FieldRole } from "../protocol/schema/schema.ts";
import { planOf } from "./rewrite-addresses-plan.ts";

const document = readFileSync(join(import.meta.dirname, "../../../../docs/addresses.md"), "utf8");

/** The cells of the first table behind a heading. */
function table(heading: string): readonly (readonly string[])[] {
  const section = document.slice(document.indexOf(`### ${heading}`)).split(/\n#/, 2)[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** `Fetch 16-18 probed` for each API whose responses `concern`. */
function facts(concerns: (api: AnyApi, version: number) => boolean, withPlan: boolean): readonly string[] {
  return (Object.values(apis) as unknown as AnyApi[]).flatMap((api) => {
    const { min, max } = api.versions;
    const versions = Array.from({ length: max - min + 1 }, (_, index) => min + index).filter((version) =>
      concerns(api, version),
    );
    if (versions.length === 0) return [];
    const plans = new Set(
      versions.map((version) => (planOf(api, version) === "decode" ? "decoded" : "probed")),
    );
    return [`${api.name} ${versions[0]}-${versions.at(-1)}${withPlan ? ` ${[...plans].join(" or ")}` : ""}`];
  });
}

describe("docs/addresses.md", () => {
  it("lists every response with a broker's address, and what is done with it", () => {
    const told = table("Brokers").map(([api, versions, how]) => `${api} ${versions} ${how}`);
    const rewrites = ({ response: { schema } }: AnyApi, version: number) =>
      hasRole(schema, version, "brokerHost");
    expect(told).toEqual(facts(rewrites, true));
  });

  it("lists every response in which something is hidden", () => {
    const told = table("Controllers").map(([api, versions]) => `${api} ${versions}`);
    const hides = (api: AnyApi, version: number) =>
      hasRole(api.response.schema, version, "nodeHost") ||
      api.name === "DescribeConfigs" ||
      (api.name === "DescribeCluster" && version >= 1);
    expect(told.toSorted()).toEqual(facts(hides, false).toSorted());
  });

  it("lists every response with a host that is left alone", () => {
    const told = table("Left alone").flatMap(([names = ""]) => names.split(", "));
    const roles: readonly FieldRole[] = ["clientHost", "applicationHost", "aclHost"];
    const messages = roles.flatMap((role) => fieldPositions[role].map(({ message }) => message));
    const left = messages.filter((name) => name.endsWith("Response")).map((name) => name.slice(0, -8));
    expect(left.length).toBeGreaterThan(0);
    expect(told).toEqual(expect.arrayContaining([...new Set(left)]));
  });
});
