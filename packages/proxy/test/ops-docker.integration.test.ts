import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { stagesOf } from "./dockerfile.ts";
import { readText } from "./ops-files.ts";

const root = join(import.meta.dirname, "../../..");
/** Where the image has it. */
const home = "/opt/pagoda";

describe("what ops/docker/Dockerfile builds", () => {
  let folder = "";
  /** Stands for {@link home} of the image. */
  let image = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pagoda-image-"));
    // For a user that is not the one who builds.
    chmodSync(folder, 0o755);
    image = join(folder, "image");
    replay(join(folder, "build"), image);
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const command = (): readonly string[] => {
    const entrypoint = stagesOf(readText("ops/docker/Dockerfile"))
      .at(-1)
      ?.find(({ name }) => name === "ENTRYPOINT");
    const [, ...args] = JSON.parse(entrypoint?.rest ?? "[]") as string[];
    return args.map((arg) => arg.replace(home, image));
  };
  // Only root can become somebody else; anybody else is no root already.
  const user = process.getuid?.() === 0 ? { uid: 2102, gid: 2102 } : {};

  it("knows its version", () => {
    const printed = execFileSync(process.execPath, [...command(), "version"], { ...user, cwd: "/" });
    const { version } = JSON.parse(readText("packages/proxy/package.json")) as { version: string };
    expect(printed.toString().trim()).toBe(version);
  });

  it("has no package that only tests and builds need", () => {
    const installed = execFileSync("ls", [join(image, "node_modules")])
      .toString()
      .split("\n");
    expect(installed).toContain("prom-client");
    expect(
      installed.filter((name) => /^(vite|vitest|typescript|oxlint|oxfmt|node|kafkajs)$/.test(name)),
    ).toEqual([]);
  });

  it("is small", () => {
    const [kibibytes] = execFileSync("du", ["-sk", image]).toString().split("\t");
    expect(Number(kibibytes) / 1_024).toBeLessThan(64);
  });

  it("serves without writing to its files, and ends in order on SIGTERM", async () => {
    execFileSync("chmod", ["-R", "a-w", image]);
    const flags = ["--upstream", "127.0.0.1:9", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    const proxy = spawn(process.execPath, [...command(), "run", ...flags], {
      ...user,
      cwd: "/",
      env: { NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(proxy, "exit");
    try {
      for await (const text of createInterface({ input: proxy.stdout })) {
        if ((JSON.parse(text) as { msg: string }).msg === "serving") break;
      }
      proxy.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    } finally {
      proxy.kill("SIGKILL");
    }
  });
});

/** Does in `build` and `image` what the stages do in the image, with the machine's own Node. */
function replay(build: string, image: string): void {
  const [first = [], second = []] = stagesOf(readText("ops/docker/Dockerfile"));
  mkdirSync(build);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
  };
  for (const { name, rest } of first) {
    if (name === "ENV")
      Object.assign(env, Object.fromEntries(rest.split(" ").map((pair) => pair.split("="))));
    if (name === "COPY") for (const source of rest.split(" ").slice(0, -1)) copySources(source, build);
    if (name === "RUN") execFileSync("/bin/sh", ["-ec", rest], { cwd: build, env, stdio: "pipe" });
  }
  for (const { name, rest } of second) {
    if (name !== "COPY") continue;
    const [, from = "", to = ""] = rest.split(" ");
    cpSync(from.replace(home, build), to.replace(home, image), { recursive: true, verbatimSymlinks: true });
  }
}

/** Of what is under version control: no folder that .dockerignore keeps out is. */
function copySources(source: string, to: string): void {
  const files = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", source],
    { cwd: root },
  );
  for (const file of files
    .toString()
    .split("\0")
    .filter((one) => one !== "")) {
    if (/\/test\/|\.test\.ts$/.test(file)) continue;
    cpSync(join(root, file), join(to, file));
  }
}
