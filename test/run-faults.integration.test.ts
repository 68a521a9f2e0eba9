import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { eventually } from "./support/eventually.ts";
import { scrape } from "./support/metrics.ts";
import { pagoda, startPagoda } from "./support/pagoda.ts";

const working = ["run", "--listen", "127.0.0.1:0", "--upstream", "localhost:9092", "--admin", "off"];

describe("pagoda ends with 2 and one line for a command line it does not take", () => {
  it.each([
    [
      ["run"],
      "--bootstrap HOST:PORT,... or --upstream HOST:PORT is missing, and there is no pagoda.yaml here",
    ],
    [["rum"], 'unknown command "rum" - did you mean pagoda run?'],
  ])("%j", async (args, words) => {
    const { code, stderr, stdout } = await pagoda(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(words);
  });
});

describe("pagoda ends with 78 and one line for a configuration that cannot work", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pagoda-test-"));
    await writeFile(join(folder, "empty.pem"), "");
    await writeFile(join(folder, "text.pem"), "not a certificate");
  });

  it.each(["missing.pem", "empty.pem", "text.pem"])("a certificate that is %s", async (name) => {
    const file = join(folder, name);
    const { code, stderr } = await pagoda([...working, "--tls-cert", file, "--tls-key", file]);
    expect(code).toBe(78);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(file);
  });

  it("authorities for the upstream that are no certificates", async () => {
    const file = join(folder, "text.pem");
    const { code, stderr } = await pagoda([...working, "--upstream-ca", file]);
    expect(code).toBe(78);
    expect(stderr).toContain(file);
  });
});

describe("pagoda ends with 1 and one line when it cannot start", () => {
  const taken = createServer();
  let port: number;

  beforeAll(async () => {
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    port = (taken.address() as AddressInfo).port;
  });
  afterAll(() => {
    taken.close();
  });

  it("the port is in use", async () => {
    const args = ["run", "--listen", `127.0.0.1:${port}`, "--upstream", "localhost:9092", "--admin", "off"];
    const { code, stderr } = await pagoda(args);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain("in use");
  });

  it("the admin port is in use", async () => {
    const args = [
      "run",
      "--listen",
      "127.0.0.1:0",
      "--upstream",
      "localhost:9092",
      "--admin",
      `127.0.0.1:${port}`,
    ];
    const { code, stderr } = await pagoda(args);
    expect({ code, says: stderr.includes("admin") && stderr.includes(`127.0.0.1:${port}`) }).toEqual({
      code: 1,
      says: true,
    });
  });
});

describe("pagoda runs on before an upstream that is not there", () => {
  it.each([
    ["a port that nobody listens on", "127.0.0.1:1", "refused"],
    ["a name that does not resolve", "no-such-host.invalid:9092", "dns"],
  ])("%s: one line in the log, /ready says why, the client is closed", async (_, upstream, reason) => {
    await using proxy = await startPagoda(["--upstream", upstream, "--protocol", "opaque"]);
    for (let n = 0; n < 5; n++) {
      const client = connect(proxy.port, "127.0.0.1");
      client.on("error", () => {});
      client.resume();
      await once(client, "close");
    }
    const failures = proxy.log.filter(({ level }) => level === "warn");
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(5);
    expect(JSON.stringify(failures)).toContain(upstream);
    const ready = await fetch(`${proxy.admin}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain(upstream);
    await eventually(async () => {
      const sum = await scrape(proxy.admin);
      expect(sum("pagoda_upstream_connect_errors_total", { reason })).toBeGreaterThanOrEqual(5);
      expect(sum("pagoda_tcp_open_connections")).toBe(0);
    });
  });
});

it("pagoda ends on SIGTERM though the system still looks for a name", async () => {
  // As getaddrinfo with a server of names that is silent: nothing takes it back.
  const silent = "data:text/javascript,setInterval(() => {}, 1e6)";
  await using proxy = await startPagoda(["--upstream", "127.0.0.1:9"], ["--import", silent]);
  proxy.signal("SIGTERM");
  expect(await proxy.exited).toBe(0);
  expect(proxy.log.at(-1)).toMatchObject({ msg: "stopped" });
});
