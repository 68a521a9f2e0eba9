import type { Flags } from "../flags.ts";
import { runFlags } from "../run-flags.ts";
import { helpFlag } from "./command.ts";
import type { Command } from "./command.ts";

/** `pagoda run`. Its modules are loaded when it is asked for, as those of all commands here. */
export const run: Command = {
  name: "run",
  group: "USE IT",
  summary: "put the proxy before a Kafka cluster, or any other service",
  usage: [
    "run --bootstrap HOST:PORT[,HOST:PORT...] [FLAGS]",
    "run [-c FILE] [FLAGS]",
    "run --listen HOST:PORT --upstream HOST:PORT [FLAGS]",
  ],
  flags: runFlags,
  notes: `SIGNALS   SIGTERM, SIGINT   stop accepting, let connections finish, then exit 0; a second one exits at once
          SIGHUP            read the configuration again; on any error the one before stays
EXIT      0 stopped in order, 1 runtime error, 2 wrong usage, 78 configuration that cannot work`,
  examples: [
    "pagoda run --bootstrap kafka:9092",
    "pagoda run --bootstrap kafka-1:9092,kafka-2:9092 --listen :9092 --advertised-host proxy.example.com",
    "pagoda run --listen 127.0.0.1:8080 --upstream localhost:3000 --admin 127.0.0.1:9191",
    "pagoda run --listen :8443 --upstream localhost:8080 --tls-cert cert.pem --tls-key key.pem",
  ],
  run: async (args) => (await import("../run.ts")).run(args),
};

/** `pagoda demo` */
export const demo: Command = {
  name: "demo",
  group: "USE IT",
  summary: "the proxy before a cluster of its own, with traffic to look at",
  usage: ["demo"],
  flags: helpFlag,
  examples: ["pagoda demo", "pagoda demo & pagoda stat topics -w", "pagoda demo & pagoda top"],
  run: async (args) => (await import("../demo.ts")).demo(args),
};

/** `pagoda init` */
export const init: Command = {
  name: "init",
  group: "BUILD",
  summary: "write a pagoda.yaml to begin with",
  usage: ["init [DIR]"],
  arguments: [{ name: "DIR", completes: "file" }],
  flags: helpFlag,
  notes:
    "Writes pagoda.yaml, and pagoda.schema.json by which editors complete and check it, and overwrites neither.",
  examples: ["pagoda init", "pagoda init deploy", "pagoda init && pagoda validate"],
  run: async (args) => (await import("../init.ts")).init(args),
};

/** Of `pagoda validate`. */
export const validateFlags = {
  config: {
    short: "c",
    value: "FILE",
    help: "what is checked",
    fallback: "pagoda.yaml, pagoda.config.ts",
    completes: "file",
  },
  connect: { help: "also reach every cluster and upstream" },
  ...helpFlag,
} as const satisfies Flags;

/** `pagoda validate` */
export const validate: Command = {
  name: "validate",
  group: "OPERATE",
  summary: "check a configuration (--connect: and reach what it names)",
  usage: ["validate [-c FILE] [--connect]"],
  flags: validateFlags,
  notes:
    "EXIT      0 it can be served, 1 an upstream cannot be reached, 2 wrong usage, 78 it cannot be served",
  examples: [
    "pagoda validate",
    "pagoda validate -c /etc/pagoda/pagoda.yaml --connect",
    "pagoda validate -c pagoda.yaml && pagoda run -c pagoda.yaml",
  ],
  run: async (args) => {
    const [command, { buildOnly }] = await Promise.all([
      import("../validate.ts"),
      import("../../runtime/build-only.ts"),
    ]);
    return command.validate(args, { build: buildOnly });
  },
};

/** Of `pagoda config print`. */
export const configFlags = {
  config: {
    short: "c",
    value: "FILE",
    help: "what is read",
    fallback: "pagoda.yaml, pagoda.config.ts",
    completes: "file",
  },
  effective: { help: "with everything that nobody said: the defaults" },
  origins: { help: "behind each value, where it comes from" },
  origin: { help: "the same" },
  ...helpFlag,
} as const satisfies Flags;

/** `pagoda config` */
export const config: Command = {
  name: "config",
  group: "OPERATE",
  summary: "print what holds and where it comes from, or its schema",
  usage: ["config print [-c FILE] [--effective] [--origins]", "config schema"],
  arguments: [{ name: "ACTION", required: true, completes: ["print", "schema"] }],
  flags: configFlags,
  notes:
    "Secrets are printed as •••. Values come from flags, else PAGODA_* variables, else the file, else defaults.",
  examples: [
    "pagoda config print --effective --origins",
    "PAGODA_ADMIN__BIND=127.0.0.1:9999 pagoda config print --origins",
    "pagoda config schema > pagoda.schema.json",
  ],
  run: async (args) => (await import("../config.ts")).config(args),
};
