import {
  apis,
  encodeBatch,
  encodeResponseFrame,
  FrameDecoder,
  readRequestFrame,
} from "@pagoda/kafka/protocol";
import type { MetadataResponse } from "@pagoda/kafka/protocol";
import { parseEndpoint } from "@pagoda/tcp";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { alike, closes, cluster, linesOf, listening } from "../../../../test/support/check-lines.ts";
import { documented, runCommand } from "../../../../test/support/run-command.ts";
import { BrokerTalk } from "./broker-talk.ts";
import { checkBrokers } from "./check-brokers.ts";
import { checkCluster } from "./check-cluster.ts";
import { checkCommand } from "./command.ts";
import { formatFinding } from "./finding.ts";

describe("pagoda check", () => {
  it("finds nothing wrong with a cluster that is well, as the documentation shows", async () => {
    const { bootstrap } = await cluster({ topics: { orders: { partitions: 6 } } });
    const [first = ""] = bootstrap.split(",");
    const example = documented("check")[0];
    expect(await linesOf(first)).toEqual(example?.prints.trimEnd().split("\n").map(alike));
  });

  it("exits with 0 where all is well, and prints JSON", async () => {
    const { bootstrap } = await cluster({ brokers: 1 });
    const args = ["--bootstrap", bootstrap, "-o", "json", "--timeout", "2s"];
    const { code, out } = await runCommand(checkCommand, args);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      findings: expect.arrayContaining([expect.objectContaining({ step: "metadata", status: "ok" })]),
    });
  });

  it("exits with 1 where something failed", async () => {
    const server = createServer();
    const address = await listening(server);
    server.close();
    await once(server, "close");
    const { code, out } = await runCommand(checkCommand, ["--bootstrap", address]);
    expect(code).toBe(1);
    expect(alike(out)).toBe(
      "× tcp 127.0.0.1:PORT: nothing listens there: check the address, and that the service is up - is the broker up, is the port right, and does the broker listen on this address?\n",
    );
  });

  it("says that a name does not resolve", async () => {
    expect(await linesOf("no-such-host.invalid:9092")).toEqual([
      "× dns no-such-host.invalid: the name does not resolve here - check its spelling; a name of a container or a cluster is known only within it",
    ]);
  });

  it("says that an HTTP server answers", async () => {
    const address = await listening(createHttpServer());
    expect(await linesOf(address)).toEqual([
      "√ tcp 127.0.0.1:PORT: it takes connections (1 ms)",
      "× kafka 127.0.0.1:PORT: an HTTP server answers there, not Kafka - check the port",
    ]);
  });

  it("says that a broker closes at once", async () => {
    const address = await listening(createServer((socket) => socket.end()));
    expect(await linesOf(address)).toEqual([
      "√ tcp 127.0.0.1:PORT: it takes connections (1 ms)",
      "× kafka 127.0.0.1:PORT: it closed the connection without an answer - look at its log: it may want a login or TLS, refuse this address, or have nobody behind it",
    ]);
  });

  it("says that nobody answers, in bounded time", async () => {
    const address = await listening(createServer(() => {}));
    expect(await linesOf(address, { timeoutMs: 100 })).toEqual([
      "√ tcp 127.0.0.1:PORT: it takes connections (1 ms)",
      "× kafka 127.0.0.1:PORT: it takes connections, and does not answer within 100 ms - is it Kafka, and is it done starting? A proxy or balancer in between may have nobody behind it",
    ]);
  });

  it("says which logins a broker offers that wants one", async () => {
    const address = await listening(createServer(wantsLogin));
    expect(await linesOf(address)).toEqual([
      "√ tcp 127.0.0.1:PORT: it takes connections (1 ms)",
      "√ kafka 127.0.0.1:PORT: an old Kafka, 3 APIs",
      "× login 127.0.0.1:PORT: it wants a login: it offers PLAIN, SCRAM-SHA-512 - add --sasl-mechanism, --sasl-username and --sasl-password-file",
    ]);
  });

  it("says that a login was refused", async () => {
    const address = await listening(createServer(wantsLogin));
    const folder = await mkdtemp(join(tmpdir(), "pagoda-test-check-"));
    closes.push(() => rm(folder, { recursive: true }));
    const file = join(folder, "password");
    await writeFile(file, "wrong\n");
    const sasl = ["--sasl-mechanism", "PLAIN", "--sasl-username", "alice", "--sasl-password-file", file];
    const { code, out } = await runCommand(checkCommand, ["--bootstrap", address, ...sasl]);
    expect(code).toBe(1);
    expect(alike(out)).toContain(
      "× login 127.0.0.1:PORT: the broker says SASL_AUTHENTICATION_FAILED - check user",
    );
    expect(out).not.toContain("wrong");
  });

  it("says which partitions have no leader when a broker is down", async () => {
    const memory = await cluster({ brokers: 2, topics: { orders: { partitions: 2, replicationFactor: 1 } } });
    const [first = ""] = memory.bootstrap.split(",");
    await memory.brokers[1]?.stop();
    expect((await linesOf(first)).slice(3)).toEqual([
      "√ broker 1 at 127.0.0.1:PORT: answers, as that broker of that cluster (1 ms)",
      "× leaders: 1 partition without one that is up: orders/1 - start the brokers that hold them; clients wait, with LEADER_NOT_AVAILABLE",
      "√ controller: broker 1",
      "√ ports: PORTS are free for pagoda run",
    ]);
  });

  it("says that another cluster answers where a broker should", async () => {
    const memory = await cluster({ brokers: 2 });
    const stranger = await cluster({ brokers: 1, clusterId: "another-cluster" });
    const [first = ""] = memory.bootstrap.split(",");
    const metadata = await metadataOf(first);
    const lines: string[] = [];
    const brokers = metadata.brokers.map((broker) =>
      broker.nodeId === 2 ? { ...broker, port: stranger.brokers[0]?.port ?? 0 } : broker,
    );
    const reach = { timeoutMs: 2_000, tls: undefined, login: undefined };
    await checkBrokers({ ...metadata, brokers }, reach, (finding) =>
      lines.push(alike(formatFinding(finding))),
    );
    expect(lines).toEqual([
      "√ broker 1 at 127.0.0.1:PORT: answers, as that broker of that cluster (1 ms)",
      "× broker 2 at 127.0.0.1:PORT: another cluster answers there: another-cluster, not 4L6g3nShT-eMCtK--X86sw - its advertised listener, the DNS, or a proxy leads clients to the wrong place",
    ]);
  });

  it("says which brokers cannot be reached where clients are sent", async () => {
    const memory = await cluster({ brokers: 1 });
    const metadata = await metadataOf(memory.bootstrap);
    const brokers = metadata.brokers.map((broker) => ({ ...broker, host: "broker-1.kafka.svc.invalid" }));
    const lines: string[] = [];
    const reach = { timeoutMs: 2_000, tls: undefined, login: undefined };
    await checkBrokers({ ...metadata, brokers }, reach, (finding) =>
      lines.push(alike(formatFinding(finding))),
    );
    expect(lines.join("\n")).toMatch(
      /^× broker 1 at broker-1\.kafka\.svc\.invalid:\d+: .*pagoda run before the cluster$/,
    );
  });

  it("notes a record from the future", async () => {
    const memory = await cluster({ brokers: 1, topics: { orders: { partitions: 1 } } });
    const value = encodeBatch({
      baseTimestamp: BigInt(Date.now() + 3_600_000),
      records: [{ key: null, value: Buffer.from("x") }],
    });
    await using talk = await BrokerTalk.open(parseEndpoint(memory.bootstrap), {
      timeoutMs: 2_000,
      tls: undefined,
      login: undefined,
    });
    const topicData = [{ name: "orders", partitionData: [{ index: 0, records: value }] }];
    await talk.ask(apis.Produce, 8, apis.Produce.request.of({ acks: -1, timeoutMs: 1_000, topicData }));
    const lines = await linesOf(memory.bootstrap);
    expect(lines.find((line) => line.includes("clock"))).toMatch(
      /^! clock: a record is 3[56]\d\d s later than the clock of this machine - the clock here is behind/,
    );
  });

  it.each([
    [[], "--bootstrap HOST:PORT is needed"],
    [["--bootstrap", "kafka"], "a port is missing"],
    [["--bootstrap", "kafka:9092", "--sasl-mechanism", "PLAIN"], "belong together"],
    [["--bootstrap", "kafka:9092", "--sasl-mechanism", "GSSAPI"], "must be PLAIN"],
    [["--bootstrap", "kafka:9092", "--timeout", "soon"], "must be a duration"],
    [["--bootstrap", "kafka:9092", "--tls-ca", "/nowhere/ca.pem"], "does not exist"],
    [["--bootstrap", "kafka:9092", "-o", "xml"], "must be text or json"],
  ])("refuses %j", async (args, words) => {
    await expect(runCommand(checkCommand, args)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(words),
    });
  });
});

/** The metadata of a cluster, as a client gets it. */
async function metadataOf(bootstrap: string): Promise<MetadataResponse> {
  const reach = { timeoutMs: 2_000, tls: undefined, login: undefined };
  const metadata = await checkCluster(parseEndpoint(bootstrap), reach, () => {});
  if (metadata === undefined) throw new Error("no metadata");
  return metadata;
}

/** A broker that tells its versions, and lets nobody in. */
function wantsLogin(socket: Socket): void {
  const decoder = new FrameDecoder();
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    for (const frame of decoder.push(chunk)) {
      const { api, apiVersion, correlationId } = readRequestFrame(frame);
      if (api?.key === apis.ApiVersions.key) {
        const apiKeys = [apis.ApiVersions, apis.SaslHandshake, apis.SaslAuthenticate].map(
          ({ key, versions }) => ({
            apiKey: key,
            minVersion: versions.min,
            maxVersion: versions.max,
          }),
        );
        const body = apis.ApiVersions.response.of({ apiKeys });
        socket.write(encodeResponseFrame(apis.ApiVersions, apiVersion, { correlationId }, body));
      } else if (api?.key === apis.SaslHandshake.key) {
        const body = apis.SaslHandshake.response.of({ mechanisms: ["PLAIN", "SCRAM-SHA-512"] });
        socket.write(encodeResponseFrame(apis.SaslHandshake, apiVersion, { correlationId }, body));
      } else if (api?.key === apis.SaslAuthenticate.key) {
        const body = apis.SaslAuthenticate.response.of({ errorCode: 58, errorMessage: null });
        socket.write(encodeResponseFrame(apis.SaslAuthenticate, apiVersion, { correlationId }, body));
      } else socket.destroy();
    }
  });
}
