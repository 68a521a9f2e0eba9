import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

import { parseOpenMetrics } from "./open-metrics.ts";

it("docs/metrics.md has each family of the target page, with its type, labels and help", () => {
  const target = parseOpenMetrics(readFileSync(new URL("metrics.mock.om", import.meta.url), "utf8"));
  const page = readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
  const [, docs = ""] = page.split(/^## Families\n|^## Several workers\n/m);
  const suffixes: Readonly<Record<string, string>> = { counter: "_total", info: "_info" };
  const wanted = [...target.values()].map(({ name, type, labels, help }) =>
    [name + (suffixes[type] ?? ""), type, labels.join(" "), help].join(" | "),
  );
  const told = docs
    .split("\n")
    .filter((line) => line.startsWith("| `pagoda_"))
    .map((line) =>
      line
        .replaceAll("`", "")
        .split(/(?<!\\)\|/u)
        .slice(1, -1),
    )
    .map((cells) => cells.map((cell) => cell.trim().replaceAll("\\|", "|")).join(" | "));
  expect(told).toEqual(wanted);
});
