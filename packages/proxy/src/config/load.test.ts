import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { ConfigError } from "./fault.ts";
import { loadConfig } from "./load.ts";
import type { ConfigInput } from "./load.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "pagoda-config-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(cwd, name), text);
}

function load(input: Partial<ConfigInput> = {}): ReturnType<typeof loadConfig> {
  return loadConfig({ env: {}, cwd, ...input });
}

async function faultsOf(input: Partial<ConfigInput> = {}): Promise<string> {
  const error = await load(input).catch((error: unknown) => error);
  if (!(error instanceof ConfigError)) throw new Error("was not refused", { cause: error });
  return error.message;
}

const smallest = "clusters: { prod: { bootstrap: kafka:9092 } }\n";

describe("defaults", () => {
  it("make one listener before the only cluster", async () => {
    write("pagoda.yaml", smallest);
    const { config, source, files } = await load();
    expect(config).toMatchObject({
      listeners: [
        {
          name: "main",
          bind: { host: "127.0.0.1", port: 19_092 },
          protocol: "kafka",
          target: { cluster: "prod", unknownApis: "pass", advertise: { mode: "ports", slots: 16 } },
          limits: { connections: 10_000 },
          timeouts: { detectMs: 1_000, unauthenticatedMs: 60_000, idleMs: 600_000, maxAgeMs: 0 },
          layers: [{ layer: "metrics" }],
        },
      ],
      admin: { bind: { host: "127.0.0.1", port: 9_190 }, allowWrites: false },
      tracing: undefined,
      workers: 1,
      drainTimeoutMs: 25_000,
    });
    expect(source).toBe("pagoda.yaml");
    expect(files).toEqual([join(cwd, "pagoda.yaml")]);
  });

  it("trace requests where tracing is configured", async () => {
    write("pagoda.yaml", `${smallest}tracing: {}\n`);
    const { config } = await load();
    expect(config.listeners[0]?.layers).toEqual([{ layer: "metrics" }, { layer: "trace" }]);
    expect(config.tracing).toEqual({ serviceName: "pagoda", ratio: 0.01, inject: "off" });
  });
});

describe("precedence", () => {
  const env = { PAGODA_ADMIN__BIND: "127.0.0.1:2", PAGODA_LISTENERS__0__BIND: "127.0.0.1:1002" };

  it("is flags, environment, file, defaults", async () => {
    write("pagoda.yaml", `${smallest}admin: { bind: 127.0.0.1:1 }\nworkers: 3\n`);
    const flags = { listeners: [{ bind: "127.0.0.1:1003" }] };
    const { config } = await load({ env, flags });
    expect(config.admin?.bind.port).toBe(2);
    expect(config.listeners[0]?.bind.port).toBe(1003);
    expect(config.workers).toBe(3);
    expect(config.reload.watch).toBe(true);
  });

  it("is shown value by value", async () => {
    write("pagoda.yaml", `${smallest}workers: 3\n`);
    const loaded = await load({ env, flags: { drainTimeout: "5s" } });
    const printed = loaded.print({ origins: true });
    expect(printed).toMatch(/- kafka:9092 # pagoda.yaml:1/);
    expect(printed).toMatch(/bind: 127.0.0.1:2 # env PAGODA_ADMIN__BIND/);
    expect(printed).toMatch(/workers: 3 # pagoda.yaml:2/);
    expect(printed).toMatch(/drainTimeout: 5s # flag/);
    expect(printed).toMatch(/maxSeries: 20000 # default/);
    expect(loaded.printGiven({ origins: false })).not.toContain("maxSeries");
  });

  it("needs no file where flags say enough", async () => {
    const { config, source } = await load({ flags: { clusters: { main: { bootstrap: "kafka:9092" } } } });
    expect(config.clusters.get("main")?.bootstrap).toEqual([{ host: "kafka", port: 9092 }]);
    expect(source).toBe("flags");
    expect(await faultsOf()).toContain("there is no configuration: looked for pagoda.yaml");
  });
});

describe("variables of the environment", () => {
  it("are read as what stands there: numbers, switches, lists", async () => {
    write("pagoda.yaml", smallest);
    const { config } = await load({
      env: {
        PAGODA_WORKERS: "2",
        PAGODA_DRAIN_TIMEOUT: "3s",
        PAGODA_RELOAD__WATCH: "false",
        PAGODA_METRICS__COMPAT: "[linkerd, kprf]",
        PAGODA_CLUSTERS__PROD__CONNECT_TIMEOUT: "1s",
        PAGODA_METRICS__MAXSERIES: "",
      },
    });
    expect(config).toMatchObject({ workers: 2, drainTimeoutMs: 3_000, reload: { watch: false } });
    expect(config.metrics.compat).toEqual(["linkerd", "kprf"]);
    expect(config.clusters.get("prod")?.connectTimeoutMs).toBe(1_000);
  });

  it("stay texts where texts are expected", async () => {
    const sasl = "sasl: { mechanism: PLAIN, username: me, password: '${PW}', allowPlaintext: true }";
    write("pagoda.yaml", `clusters: { prod: { bootstrap: "kafka:9092", ${sasl} } }`);
    const { config } = await load({ env: { PW: "0123" } });
    expect(config.clusters.get("prod")?.sasl?.password).toBe("0123");
  });

  it("are named by the faults in them, and those of other programs are left alone", async () => {
    write("pagoda.yaml", smallest);
    const env = {
      PAGODA_SERVICE_HOST: "10.0.0.1",
      PAGODA_WORKERS: "many",
      PAGODA_ADMN__BIND: "x",
      PAGODA_ADNIM__TOKEN: "short-secret",
      PAGODA_ADMIN__TOKEN: "short-secret",
      PAGODA_LISTENERS__3__BIND: ":1",
    };
    const message = await faultsOf({ env });
    expect(message).toContain(
      "env PAGODA_WORKERS  error  workers: must be a whole number from 1 to 256, or auto",
    );
    expect(message).toContain('env PAGODA_ADMN__BIND  error  admn: unknown key "admn" - did you mean admin?');
    expect(message).toContain("PAGODA_ADMIN__TOKEN=•••");
    expect(message).toContain(
      "env PAGODA_LISTENERS__3__BIND  error  listeners[3].bind: there is no listeners[2]",
    );
    expect(message).not.toMatch(/short-secret|SERVICE_HOST/);
  });
});

it("names flags in their faults", async () => {
  expect(await faultsOf({ flags: { workers: "none" } })).toContain("flag  error  workers: must be");
});

describe("references", () => {
  it("are to the environment, with a fallback, and to files beside the configuration", async () => {
    write("secret", "from-a-file\n");
    write(
      "pagoda.yaml",
      `clusters:
  prod:
    bootstrap: "\${HOST:-kafka}:\${PORT}"
    tls: { serverName: "\${NAME:-kafka.local}", ca: certs/ca.pem }
    sasl: { mechanism: SCRAM-SHA-256, username: "$\${me}", password: "\${file:secret}" }
`,
    );
    const { config, files } = await load({ env: { PORT: "1234", HOST: "" } });
    expect(config.clusters.get("prod")).toMatchObject({
      bootstrap: [{ host: "kafka", port: 1234 }],
      tls: { serverName: "kafka.local", caFile: join(cwd, "certs/ca.pem") },
      sasl: { username: "${me}", password: "from-a-file" },
    });
    expect(files).toEqual([join(cwd, "pagoda.yaml"), join(cwd, "secret")]);
  });

  it("to a file that is too big are refused", async () => {
    write("big", "x".repeat(65_537));
    write("pagoda.yaml", `${smallest}admin: { token: "\${file:big}" }`);
    expect(await faultsOf()).toContain("has 65537 bytes: at most 65536 are read");
  });
});

describe("secrets", () => {
  it("are recognized by the name of a variable, wherever that is referred to", async () => {
    write("pagoda.yaml", 'clusters: { prod: { bootstrap: "${KAFKA_PASSWORD}" } }');
    expect(await faultsOf({ env: { KAFKA_PASSWORD: "hunter2" } })).toMatch(/got •••\n(?!.*hunter2)/s);
  });

  it("are printed as •••, those from files wherever they stand", async () => {
    write("secret", "kafka:9092\n");
    write(
      "pagoda.yaml",
      `clusters: { prod: { bootstrap: "\${file:secret}", tls: true, sasl: { mechanism: PLAIN, username: me, password: hunter2 } } }
admin: { token: hunter2-hunter2-hunter2 }
`,
    );
    const loaded = await load();
    for (const printed of [loaded.print({ origins: true }), loaded.printGiven({ origins: true })]) {
      expect(printed).toContain("password: ••• # pagoda.yaml:1");
      expect(printed).toContain("token: •••");
      expect(printed).not.toMatch(/hunter2|kafka:9092/);
    }
  });

  it("change the hash, which spelling and comments do not", async () => {
    const cluster = (password: string): string =>
      `clusters: { prod: { bootstrap: k:1, tls: true, sasl: { mechanism: PLAIN, username: me, password: ${password} } } }`;
    write("a.yaml", cluster("one"));
    write("b.yaml", `# a comment\n${cluster("'one'")}\nworkers: 1\n`);
    write("c.yaml", cluster("two"));
    const [a, b, c] = await Promise.all(["a.yaml", "b.yaml", "c.yaml"].map((file) => load({ file })));
    expect(a?.hash).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(b?.hash).toBe(a?.hash);
    expect(c?.hash).not.toBe(a?.hash);
  });
});

describe("a TypeScript configuration", () => {
  it("may have layers of one's own", async () => {
    write(
      "pagoda.config.ts",
      `const build = (parts: { listener: string }) => (inner: unknown) => inner;
export default {
  clusters: { prod: { bootstrap: "kafka:9092", connectTimeout: undefined } },
  listeners: [{ layers: ["metrics", { name: "own", build }] }],
};
`,
    );
    const loaded = await load();
    const { config, source } = loaded;
    expect(source).toBe("pagoda.config.ts");
    expect(config.listeners[0]?.layers[1]).toMatchObject({ layer: "custom", name: "own" });
    expect(loaded.print({ origins: true })).toContain("- name: own # pagoda.config.ts");
  });

  it("is run anew by every load", async () => {
    write("pagoda.config.mjs", `export default { workers: 1, clusters: { a: { bootstrap: "k:1" } } };`);
    expect((await load({ file: "pagoda.config.mjs" })).config.workers).toBe(1);
    write("pagoda.config.mjs", `export default { workers: 2, clusters: { a: { bootstrap: "k:1" } } };`);
    expect((await load({ file: "pagoda.config.mjs" })).config.workers).toBe(2);
  });

  it("has faults with their paths", async () => {
    write("wrong.mjs", `export default { clusters: { a: { bootstrap: 5 } }, listners: [] };`);
    const message = await faultsOf({ file: "wrong.mjs" });
    expect(message).toContain(
      "wrong.mjs  error  clusters.a.bootstrap: must be HOST:PORT, or a list of them, got 5",
    );
    expect(message).toContain('listners: unknown key "listners" - did you mean listeners?');
    write("none.mjs", "export const config = {};");
    expect(await faultsOf({ file: "none.mjs" })).toContain("has no configuration as its default export");
    write("throws.mjs", "throw new Error('not today');");
    expect(await faultsOf({ file: "throws.mjs" })).toContain("throws.mjs  error  cannot be run: not today");
  });
});

describe("files", () => {
  it("that are not there, too big, or folders are refused", async () => {
    expect(await faultsOf({ file: "none.yaml" })).toBe(
      "none.yaml  error  cannot be read: ENOENT: no such file or directory",
    );
    write("big.yaml", `#${"x".repeat(1_048_576)}`);
    expect(await faultsOf({ file: "big.yaml" })).toContain("at most 1048576 are read");
    expect(await faultsOf({ file: "." })).toContain("cannot be read: EISDIR");
  });

  it("do not grow without bound by aliases", async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const below =
        level === 0
          ? "[x, x, x, x, x, x, x, x]"
          : `[${Array(8)
              .fill(`*l${level - 1}`)
              .join(", ")}]`;
      return `l${level}: &l${level} ${below}`;
    });
    write("pagoda.yaml", levels.join("\n"));
    expect(await faultsOf()).toContain("has more than 20000 values");
  });
});
