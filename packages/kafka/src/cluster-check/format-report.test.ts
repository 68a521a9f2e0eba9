import { describe, expect, it } from "vitest";

import type { AdvertisedReport } from "./check-advertised.ts";
import { formatAdvertised } from "./format-report.ts";
import type { Probed } from "./probe.ts";

const bootstrap = { host: "127.0.0.1", port: 19_092 };
const kafka: Probed = { result: "kafka", apis: 58, clusterId: "4L6g3nShT", brokers: [] };
const report = (changes: Partial<AdvertisedReport>): AdvertisedReport => ({
  bootstrap,
  probed: kafka,
  nodes: [],
  leaks: [],
  ok: true,
  ...changes,
});

describe("formatAdvertised", () => {
  it("has a line for each broker that clients are told of", () => {
    const node = (nodeId: number, probed: Probed = kafka, isOtherCluster = false) => ({
      nodeId,
      endpoint: { host: "kafka.example", port: 19_093 + nodeId },
      probed,
      isOtherCluster,
    });
    const lines = formatAdvertised(
      report({
        nodes: [
          node(1),
          node(2, { result: "failed", reason: "dns", message: "its name does not resolve here" }),
          node(3, { result: "kafka", apis: 58, clusterId: "other", brokers: [] }, true),
        ],
      }),
    );
    expect(lines).toEqual([
      "√ 127.0.0.1:19092 answers: 58 APIs, cluster 4L6g3nShT, 3 brokers",
      "√ broker 1 at kafka.example:19094",
      "× broker 2 at kafka.example:19095: its name does not resolve here - clients need a name that resolves: advertise another, or add it to the DNS",
      "× broker 3 at kafka.example:19096 is of another cluster: other, not 4L6g3nShT - does another proxy listen there?",
    ]);
  });

  it("says that brokers are learnt from the first client where a login is wanted", () => {
    const probed: Probed = { result: "login", apis: 60, mechanisms: ["PLAIN", "SCRAM-SHA-512"] };
    expect(formatAdvertised(report({ probed }))).toEqual([
      "! 127.0.0.1:19092 answers, and wants a login (PLAIN, SCRAM-SHA-512): brokers are learnt from the first client",
    ]);
  });

  it("says what to do where the bootstrap address fails", () => {
    const probed: Probed = { result: "failed", reason: "refused", message: "nothing listens there" };
    expect(formatAdvertised(report({ probed, ok: false }))).toEqual([
      "× 127.0.0.1:19092: nothing listens there - does the proxy listen on the port that it advertises, and is it published?",
    ]);
  });

  it("tells an address that leaks from one that is only a text", () => {
    const endpoint = { host: "b2.internal", port: 9092 };
    const leaks = [
      { apiKey: 3, api: "Metadata", apiVersion: 12, nodeId: 2, endpoint, where: "address" },
      { apiKey: 999, api: null, apiVersion: 0, nodeId: "bootstrap", endpoint, where: "text" },
    ] as const;
    expect(formatAdvertised(report({ leaks })).slice(1)).toEqual([
      "× Metadata sends clients to b2.internal:9092, past the proxy: broker 2 is not rewritten",
      "! API 999 has the text b2.internal:9092, where the cluster is",
    ]);
  });
});
