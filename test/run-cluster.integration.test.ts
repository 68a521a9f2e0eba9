import { Context, Scope } from "@pagoda/core";
import { ask, kafkaClient } from "@pagoda/kafka";
import { Metadata } from "@pagoda/kafka/protocol";
import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { clientTls, connect } from "@pagoda/tcp";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { certificateFiles } from "./support/certificates.ts";
import { eventually } from "./support/eventually.ts";
import { kcat } from "./support/kcat.ts";
import { describeWith } from "./support/needs.ts";
import { pagoda, startPagoda } from "./support/pagoda.ts";

describeWith(["kcat"], "pagoda run before a cluster", () => {
  let cluster: MemoryCluster;
  let folder: string;

  beforeAll(async () => {
    cluster = await startCluster({ brokers: 3, topics: { orders: { partitions: 6 } } });
    folder = await mkdtemp(join(tmpdir(), "pagoda-test-"));
  });
  afterAll(async () => {
    await cluster.close();
    await rm(folder, { recursive: true });
  });

  it("shows each broker at a port of its own, and says at the start what clients will see", async () => {
    await using proxy = await startPagoda(["--bootstrap", cluster.bootstrap, "--slots", "4"]);
    const listed = await kcat(["-b", proxy.address, "-L"]);
    const ports = [...listed.matchAll(/broker (\d) at 127\.0\.0\.1:(\d+)/g)].map(([, , port]) =>
      Number(port),
    );
    expect(new Set(ports).size).toBe(3);
    for (const { port } of cluster.brokers) expect(listed).not.toContain(`:${port}`);
    await eventually(() => {
      const check = proxy.log.find(({ msg }) => msg.startsWith("clients reach every broker"))?.["check"];
      expect(check).toEqual(
        ports
          .map((port, at) => `√ broker ${at + 1} at 127.0.0.1:${port}`)
          .toSpliced(0, 0, expect.stringContaining("3 brokers")),
      );
    });
  });

  it("gives every broker a loopback address where it is told to", async () => {
    const flags = ["--bootstrap", cluster.bootstrap, "--addresses", "addresses", "--slots", "4"];
    await using proxy = await startPagoda(flags);
    const listed = await kcat(["-b", proxy.address, "-L"]);
    for (const node of [1, 2, 3])
      expect(listed).toContain(`broker ${node} at 127.0.1.${node + 1}:${proxy.port}`);
    await kcat(["-b", proxy.address, "-P", "-t", "orders"], "one\ntwo\n");
    expect(await kcat(["-b", proxy.address, "-C", "-t", "orders", "-e", "-q"])).toContain("two");
  });

  it("tells brokers apart by the name that TLS clients ask for", async () => {
    const certificates = await certificateFiles("kafka.test", "*.kafka.test");
    await using proxy = await startPagoda([
      ...["--bootstrap", cluster.bootstrap, "--addresses", "names"],
      ...["--advertised-host", "kafka.test", "--node-names", "broker-{node}.kafka.test"],
      ...["--tls-cert", certificates.certFile, "--tls-key", certificates.keyFile],
    ]);
    await using scope = new Scope();
    const clientFor = async (serverName: string) => {
      const tls = scope.use(await clientTls({ ca: certificates.ca, serverName }));
      const to = { host: "127.0.0.1", port: proxy.port };
      return kafkaClient((cx) => connect({ ...to, tls }, cx), scope.fork());
    };
    const cx = Context.background();
    const metadata = { version: 9, body: Metadata.request.of({ topics: [] }) };
    const { brokers } = await ask(await clientFor("kafka.test"), Metadata, metadata, cx);
    expect(brokers.map(({ nodeId, host, port }) => [nodeId, host, port])).toEqual(
      [1, 2, 3].map((node) => [node, `broker-${node}.kafka.test`, proxy.port]),
    );
    const before = cluster.brokers.map(({ connections }) => connections);
    await ask(await clientFor("broker-2.kafka.test"), Metadata, metadata, cx);
    const after = cluster.brokers.map(({ connections }) => connections);
    expect(after).toEqual(before.with(1, (before[1] ?? 0) + 1));
  });

  it("serves a client that comes for a broker right after a restart, when nobody can tell where that is", async () => {
    const stateFile = join(folder, "state.json");
    const [first] = cluster.brokers;
    const flags = [
      ...["--bootstrap", `127.0.0.1:${first?.port}`, "--addresses", "addresses"],
      ...["--slots", "4", "--state-file", stateFile],
    ];
    const before = await startPagoda(flags);
    await eventually(() => expect(before.log.some(({ msg }) => msg === "brokers learnt")).toBe(true));
    before.signal("SIGTERM");
    expect(await before.exited).toBe(0);
    await first?.stop();
    try {
      await using after = await startPagoda(flags);
      await using scope = new Scope();
      const toBroker2 = { host: "127.0.1.3", port: after.port };
      const client = kafkaClient((cx) => connect(toBroker2, cx), scope);
      const metadata = { version: 9, body: Metadata.request.of({ topics: [] }) };
      const { clusterId } = await ask(client, Metadata, metadata, Context.background());
      expect(clusterId).toBe(cluster.clusterId);
    } finally {
      await first?.start();
    }
  });
});

describe("pagoda refuses a cluster that it cannot serve", () => {
  it("a state file that is damaged: 78, and one line that names it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pagoda-test-"));
    const file = join(folder, "state.json");
    await writeFile(file, "{");
    const flags = [
      "--bootstrap",
      "localhost:1",
      "--listen",
      "127.0.0.1:0",
      "--admin",
      "off",
      "--state-file",
      file,
    ];
    const { code, stderr } = await pagoda(["run", ...flags]);
    expect(code).toBe(78);
    expect(stderr).toContain(file);
    await rm(folder, { recursive: true });
  });

  it("slots beyond the last port: 78, and words that say how many there may be", async () => {
    const flags = ["--bootstrap", "localhost:1", "--listen", "127.0.0.1:65530", "--admin", "off"];
    const { code, stderr } = await pagoda(["run", ...flags]);
    expect(code).toBe(78);
    expect(stderr).toContain("65535");
  });
});
