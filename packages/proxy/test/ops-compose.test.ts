import { existsSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";
import { describe, expect, it } from "vitest";

import { portOf, readText, readYaml, Tree } from "./ops-files.ts";

const folder = "ops/compose";
const root = join(import.meta.dirname, "../../..");

// Compose reads YAML 1.1's merge keys.
const compose = new Tree(parse(readText(`${folder}/compose.yaml`), { merge: true }), "compose.yaml");
const [config] = readYaml(`${folder}/pagoda.yaml`) as readonly [Tree];
const [prometheus] = readYaml(`${folder}/prometheus.yaml`) as readonly [Tree];
const services = Object.entries(compose.get("services").value as object).map(
  ([name, value]) => [name, new Tree(value, name)] as const,
);
const brokers = services.filter(([name]) => name.startsWith("kafka-")).map(([, service]) => service);

describe("ops/compose", () => {
  it("waits for services that there are", () => {
    const names = services.map(([name]) => name);
    for (const [, service] of services) {
      if (!service.has("depends_on")) continue;
      const { value } = service.get("depends_on");
      expect(names).toEqual(
        expect.arrayContaining(Array.isArray(value) ? value : Object.keys(value as object)),
      );
    }
  });

  it("mounts files that there are", () => {
    const sources = services
      .filter(([, service]) => service.has("volumes"))
      .flatMap(([, service]) => service.get("volumes").list.map(({ text }) => text.split(":")[0] ?? ""));
    expect(sources.filter((source) => source.startsWith("./")).length).toBeGreaterThan(3);
    expect(
      sources.filter((source) => source.startsWith("./") && !existsSync(join(root, folder, source))),
    ).toEqual([]);
  });

  it("has the brokers that the proxy begins with, each with an id below its slots", () => {
    const advertised = brokers.map((broker) => broker.get("environment", "KAFKA_ADVERTISED_LISTENERS").text);
    const bootstrap = config
      .get("clusters", "main", "bootstrap")
      .list.map(({ text }) => `PLAINTEXT://${text}`);
    expect(advertised).toEqual(bootstrap);
    const slots = config.get("listeners").list.map((listener) => listener.get("advertise", "slots").number);
    for (const broker of brokers) {
      expect(broker.get("environment", "KAFKA_NODE_ID").number).toBeLessThan(Math.min(...slots));
    }
  });

  it("maps the ports of the listener for this machine and of its slots, each to itself", () => {
    const outside = config.get("listeners", 0);
    const first = portOf(outside.get("bind"));
    const last = first + outside.get("advertise", "slots").number;
    const [clients] = compose.get("services", "pagoda", "ports").list;
    expect(clients?.text).toBe(`127.0.0.1:${first}-${last}:${first}-${last}`);
    expect(outside.get("advertise", "host").text).toBe("localhost");
  });

  it("sends clients in containers to the listener for them", () => {
    const inside = config.get("listeners", 1);
    const address = `${inside.get("advertise", "host").text}:${portOf(inside.get("bind"))}`;
    for (const name of ["topics", "producer", "billing", "search"]) {
      expect(JSON.stringify(compose.get("services", name, "command").value)).toContain(address);
    }
  });

  it("lets Prometheus in by name and token", () => {
    const scrape = prometheus.get("scrape_configs", 0);
    const target = scrape.get("static_configs", 0, "targets", 0);
    const host = target.text.split(":")[0];
    expect(portOf(target)).toBe(portOf(config.get("admin", "bind")));
    expect(config.get("admin", "allowedHosts").value).toEqual([host]);
    expect(scrape.get("authorization", "credentials").text).toBe(config.get("admin", "token").text);
  });

  it("binds nothing but the loopback interface of this machine", () => {
    const ports = services
      .filter(([, service]) => service.has("ports"))
      .flatMap(([, service]) => service.get("ports").list.map(({ text }) => text));
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });
});
