import { describe, expect, it } from "vitest";

import { readRunFlags } from "./run-flags.ts";

const least = ["--listen", "127.0.0.1:0", "--upstream", "localhost:9092"];

const cluster = ["--bootstrap", "kafka-1:9092,kafka-2:9092"];

describe("readRunFlags", () => {
  it("needs no more than one broker of a cluster", () => {
    expect(readRunFlags(["--bootstrap", "kafka:9092"])).toEqual({
      tree: { clusters: { default: { bootstrap: "kafka:9092" } }, listeners: [{ cluster: "default" }] },
      file: undefined,
      hasTarget: true,
      dryRun: false,
    });
  });

  it("reads every flag of a cluster", () => {
    const all = [
      ["--tls-cert", "c.pem", "--tls-key", "k.pem", "--protocol", "detect", "--unknown-apis", "deny"],
      ["--addresses", "names", "--node-names", "b-{node}.kafka.test", "--advertised-host", "kafka.test"],
      ["--slots", "8", "--state-file", "state.json", "--connect-timeout", "2s"],
    ].flat();
    expect(readRunFlags([...cluster, ...all]).tree).toEqual({
      clusters: { default: { bootstrap: "kafka-1:9092,kafka-2:9092", connectTimeout: "2s" } },
      listeners: [
        {
          cluster: "default",
          protocol: "detect",
          unknownApis: "deny",
          tls: { cert: "c.pem", key: "k.pem" },
          advertise: {
            mode: "names",
            nodeNames: "b-{node}.kafka.test",
            host: "kafka.test",
            slots: 8,
            stateFile: "state.json",
          },
        },
      ],
    });
  });

  it("lays flags over a file", () => {
    const { tree, file, hasTarget, dryRun } = readRunFlags([
      ...["-c", "p.yaml", "--listen", ":0", "--workers", "auto", "--dry-run"],
    ]);
    expect(tree).toEqual({ listeners: [{ bind: ":0" }], workers: "auto" });
    expect({ file, hasTarget, dryRun }).toEqual({ file: "p.yaml", hasTarget: false, dryRun: true });
  });

  it("reads every other flag", () => {
    const all = [
      ["--protocol", "kafka"],
      ["--name", "edge"],
      ["--admin", "off"],
      ["--tls-cert", "c.pem", "--tls-key", "k.pem", "--tls-client-ca", "ca.pem"],
      ["--upstream-tls", "--upstream-ca", "u.pem", "--upstream-server-name", "kafka"],
      ["--upstream-cert", "p.pem", "--upstream-key", "pk.pem"],
      ["--accept-proxy-header", "required", "--trusted-proxies", "10.0.0.0/8,::1"],
      ["--send-proxy-header", "2", "--max-connections", "5", "--detect-timeout", "1.5s"],
      ["--connect-timeout", "2s", "--idle-timeout", "3m", "--drain-timeout", "4s", "--log-level", "debug"],
      ["--workers", "2"],
    ].flat();
    expect(readRunFlags([...least, ...all]).tree).toEqual({
      listeners: [
        {
          name: "edge",
          bind: "127.0.0.1:0",
          upstream: "localhost:9092",
          upstreamTls: { ca: "u.pem", serverName: "kafka", cert: "p.pem", key: "pk.pem" },
          connectTimeout: "2s",
          protocol: "kafka",
          tls: { cert: "c.pem", key: "k.pem", clientCa: "ca.pem" },
          acceptProxyHeader: { mode: "required", trusted: ["10.0.0.0/8", "::1"] },
          sendProxyHeader: 2,
          limits: { connections: 5 },
          timeouts: { detect: "1.5s", idle: "3m" },
        },
      ],
      admin: "off",
      drainTimeout: "4s",
      workers: 2,
      log: { level: "debug" },
    });
  });

  it.each([
    [["--upstream", "x:1"], "--listen HOST:PORT is missing"],
    [[...least, "--workers", "0"], "--workers must be auto or a whole number from 1 to 999"],
    [[...least, "--bootstrap", "x:1"], "--bootstrap and --upstream exclude each other"],
    [["--bootstrap", "x:1,y"], '--bootstrap: "y" is not HOST:PORT: a port is missing'],
    [[...least, "--slots", "3", "--state-file", "f"], "--slots, --state-file need --bootstrap"],
    [[...cluster, "--slots", "none"], "--slots must be a whole number from 1"],
    [[...cluster, "--addresses", "name"], '--addresses must be ports, names, addresses, got "name"'],
    [[...cluster, "--addresses", "names"], "--addresses names needs --advertised-host HOST and --node-names"],
    [[...cluster, "--addresses", "names"], "--addresses names needs --tls-cert and --tls-key"],
    [[...cluster, "--node-names", "b-{node}"], "--node-names needs --addresses names"],
    [[...cluster, "--unknown-apis", "no"], "--unknown-apis must be pass, deny"],
    [["--listen", "nowhere", "--upstream", "x:1"], '--listen: "nowhere" is not HOST:PORT: a port is missing'],
    [["--listen", "127.0.0.1:70000", "--upstream", "x:1"], "the port must be a whole number from 0 to 65535"],
    [[...least, "--upsteam", "x:1"], "unknown flag --upsteam - did you mean --upstream?"],
    [
      [...least, "--protocol", "kafak"],
      '--protocol must be detect, kafka, http, opaque, got "kafak" - did you mean kafka?',
    ],
    [[...least, "--idle-timeout", "soon"], "--idle-timeout must be a duration like 500ms, 10s or 5m"],
    [[...least, "--idle-timeout", "597h"], "at most 596h"],
    [[...least, "--max-connections", "0"], "--max-connections must be a whole number from 1"],
    [[...least, "--tls-cert", "c.pem"], "--tls-cert needs --tls-key FILE beside it"],
    [[...least, "--tls-key", "k.pem"], "--tls-key needs --tls-cert FILE beside it"],
    [[...least, "--tls-client-ca", "ca.pem"], "--tls-client-ca needs --tls-cert and --tls-key"],
    [[...least, "--accept-proxy-header", "required"], "--accept-proxy-header needs --trusted-proxies"],
    [[...least, "--trusted-proxies", "10.0.0.0/8"], "--trusted-proxies needs --accept-proxy-header"],
    [[...least, "--accept-proxy-header", "optional", "--trusted-proxies", "10.0.0.0/33"], '"10.0.0.0/33"'],
    [[...least, "--log-level", "loud"], "--log-level must be trace, debug"],
  ])("refuses %j", (args, words) => {
    expect(() => readRunFlags(args)).toThrow(words);
  });

  it("names all faults at once", () => {
    expect(() => readRunFlags(["--listen", "x", "--admin", "y", "--protocol", "z"])).toThrow(
      /--listen.*--protocol.*--admin/s,
    );
  });
});
