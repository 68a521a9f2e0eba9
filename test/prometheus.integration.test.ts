import { startCluster } from "@pagoda/kafka/testing";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

import { toolPath } from "../scripts/tools.ts";
import { kafkajs } from "./support/kafkajs.ts";
import { describeWith } from "./support/needs.ts";
import { startPagoda } from "./support/pagoda.ts";

const ops = join(import.meta.dirname, "../ops/prometheus");

describeWith(["promtool"], "Prometheus' own tool", () => {
  it("finds that each alert fires when it should, and not otherwise", () => {
    expect(promtool(["test", "rules", join(ops, "rules.test.yaml")])).toMatchObject({ status: 0 });
  });

  it("can read the rules and the configuration that ship", () => {
    expect(promtool(["check", "rules", join(ops, "rules.yaml")])).toMatchObject({ status: 0 });
    expect(promtool(["check", "config", join(ops, "prometheus.yaml")])).toMatchObject({ status: 0 });
  });

  it("has nothing to say against a page with traffic on it", async () => {
    await using cluster = await startCluster({ brokers: 3 });
    await using proxy = await startPagoda(["--bootstrap", cluster.bootstrap]);
    const producer = kafkajs(proxy.address).producer();
    await producer.connect();
    await producer.send({ topic: "linted", messages: [{ value: "one" }] });
    await producer.disconnect();
    const page = await (await fetch(`${proxy.admin}/metrics`)).text();
    expect(page).toContain('pagoda_topic_records_total{listener="main",topic="linted",op="produce"}');
    const { said } = promtool(["check", "metrics"], page);
    // Names that prom-client gives to gauges of Node's own.
    expect(said.split("\n").filter((line) => line !== "" && !line.startsWith("nodejs_active_"))).toEqual([]);
    expect(page.match(/^# TYPE nodejs_active_\w+_total gauge$/gm)).toHaveLength(3);
  });
});

function promtool(args: readonly string[], input = ""): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(toolPath("promtool"), args, { input, encoding: "utf8" });
  return { status, said: stdout + stderr };
}
