import { Registry } from "prom-client";
import { expect, it } from "vitest";

import { parseOpenMetrics } from "../../test/open-metrics.ts";
import type { Sample } from "../../test/open-metrics.ts";
import { SeriesLimits } from "../cardinality/series-limits.ts";
import type { SeriesLimitsOptions } from "../cardinality/series-limits.ts";
import { metricsPage } from "../page.ts";
import { GroupMetrics } from "./group-metrics.ts";
import type { GroupFigures } from "./group-metrics.ts";

const none = { join: 0, leave: 0, session_timeout: 0, error: 0 };
const billing: GroupFigures = {
  listener: "main",
  group: "billing",
  members: 3,
  commits: 10,
  failedCommits: 1,
  rebalances: { ...none, join: 2 },
  topics: [{ topic: "orders", records: 1_530, seconds: 4.2 }],
};

function start(options: SeriesLimitsOptions = {}) {
  const registry = new Registry();
  const world = { figures: [billing] as readonly GroupFigures[], nowMs: 0, asked: 0 };
  const series = new SeriesLimits(registry, { retainIdleMs: 1_000, now: () => world.nowMs, ...options });
  const figures = (): readonly GroupFigures[] => {
    world.asked += 1;
    return world.figures;
  };
  // Held by its families alone.
  GroupMetrics.register(registry, { series, figures });
  const samples = async (): Promise<readonly Sample[]> => {
    const { body } = await metricsPage(registry, "application/openmetrics-text");
    return [...parseOpenMetrics(body).values()].flatMap((family) => family.samples);
  };
  const page = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await samples())
        .filter(({ labels }) => labels["listener"] !== undefined)
        .map(({ name, labels, value }) => {
          const { listener: _, ...own } = labels;
          return [`${name.replace("pagoda_group_", "")} ${Object.values(own).join(" ")}`, value];
        }),
    );
  return { world, page, samples };
}

it("shows what is known of a group when the page is asked for, and asks once", async () => {
  const { world, page } = start();
  expect(await page()).toEqual({
    "lag_records billing orders": 1_530,
    "lag_seconds billing orders": 4.2,
    "commits_total billing success": 10,
    "commits_total billing failure": 1,
    "members billing": 3,
    "rebalances_total billing join": 2,
    "rebalances_total billing leave": 0,
    "rebalances_total billing session_timeout": 0,
    "rebalances_total billing error": 0,
  });
  expect(world.asked).toBe(1);
  world.figures = [{ ...billing, commits: 14, members: 2 }];
  expect(await page()).toMatchObject({ "commits_total billing success": 14, "members billing": 2 });
});

it("has no series of a lag that is not known, or has no clock", async () => {
  const { world, page } = start();
  world.figures = [{ ...billing, topics: [{ topic: "orders", records: 5, seconds: null }] }];
  const shown = await page();
  expect(shown).toMatchObject({ "lag_records billing orders": 5 });
  expect(shown).not.toHaveProperty(["lag_seconds billing orders"]);
  world.figures = [{ ...billing, topics: [] }];
  expect(Object.keys(await page()).filter((key) => key.startsWith("lag"))).toEqual([]);
});

it("takes the gauges of a group that is gone off the page, and keeps its counters until they are idle", async () => {
  const { world, page } = start();
  await page();
  world.figures = [];
  const shown = await page();
  expect(shown).toMatchObject({ "commits_total billing success": 10, "rebalances_total billing join": 2 });
  expect(Object.keys(shown).filter((key) => /^(?:lag|members)/u.test(key))).toEqual([]);
  world.nowMs += 1_000;
  await page();
  world.nowMs += 1_000;
  await page();
  expect(await page()).toEqual({});
});

it("goes on counting where a group is back that begins anew", async () => {
  const { world, page } = start();
  await page();
  world.figures = [];
  await page();
  world.figures = [{ ...billing, commits: 12 }];
  expect(await page()).toMatchObject({ "commits_total billing success": 22 });
  world.figures = [{ ...billing, commits: 3 }];
  expect(await page()).toMatchObject({ "commits_total billing success": 25 });
});

it("keeps the series of a group that is there, however idle, and counts them", async () => {
  const { world, page, samples } = start();
  await page();
  world.nowMs += 5_000;
  await page();
  const held = (await samples()).find(({ labels }) => labels["family_group"] === "group");
  expect(held?.value).toBe(Object.keys(await page()).length);
});

it("shows no group with the minimal profile, nor beyond what is allowed", async () => {
  expect(await start({ profile: "minimal" }).page()).toEqual({});
  const { world, page } = start({ maxSeries: 9 });
  await page();
  world.figures = [billing, { ...billing, group: "search" }];
  expect(Object.keys(await page()).some((key) => key.includes("search"))).toBe(false);
});
