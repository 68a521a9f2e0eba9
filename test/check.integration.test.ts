// `pagoda check` and `pagoda decode` at a real broker.

import { beforeAll, expect, it } from "vitest";

import { checkCommand } from "../packages/proxy/src/cli/debug/check/command.ts";
import { runCommand } from "../packages/proxy/test/support/run-command.ts";
import { realKafka } from "./support/kafka.ts";
import type { SharedKafka } from "./support/kafka.ts";
import { describeWith } from "./support/needs.ts";

describeWith(["kafka"], "pagoda check at a real Kafka", () => {
  let kafka: SharedKafka;
  beforeAll(async () => {
    kafka = await realKafka();
  });

  it("finds nothing wrong, and tells which Kafka it is", async () => {
    const [bootstrap = ""] = kafka.bootstrap.split(",");
    const { code, out } = await runCommand(checkCommand, ["--bootstrap", bootstrap, "-o", "json"]);
    expect(JSON.parse(out)).toMatchObject({ ok: true });
    expect(code).toBe(0);
    const text = await runCommand(checkCommand, ["--bootstrap", bootstrap]);
    expect(text.out).toMatch(/^√ kafka \S+: Kafka 4\.3, \d+ APIs$/m);
    expect(text.out).toContain(`cluster ${kafka.clusterId}, 1 broker`);
    expect(text.out).toMatch(/^√ broker \d+ at \S+: answers, as that broker of that cluster \(\d+ ms\)$/m);
  });

  it("says that a listener advertises an address where nobody is", async () => {
    const { host, port } = kafka.proxied;
    const { code, out } = await runCommand(checkCommand, ["--bootstrap", `${host}:${port}`]);
    expect(code).toBe(1);
    expect(out).toMatch(/^× broker \d+ at \S+: nothing listens there.*advertised\.listeners/m);
  });
});
