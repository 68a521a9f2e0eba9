import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { findTool, hasTool, howToInstall, systemTools, toolPath } from "./tools.ts";

describe("findTool", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pagoda-tools-"));
    writeFileSync(join(folder, "kcat"), "");
    chmodSync(join(folder, "kcat"), 0o755);
    writeFileSync(join(folder, "haproxy-notes"), "");
    mkdirSync(join(folder, "a-folder"));
    vi.stubEnv("PATH", `/nowhere:${folder}`);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it("finds a program on the PATH", () => {
    expect(findTool("kcat")).toBe(join(folder, "kcat"));
    expect(hasTool("kcat")).toBe(true);
  });

  it.each(["haproxy-notes", "a-folder", "not-there"])("does not take %s for a program", (name) => {
    expect(findTool(name)).toBeUndefined();
  });

  it("says how to install what is missing", () => {
    expect(() => toolPath("mvn")).toThrow("mvn is missing: apt-get install maven");
    expect(howToInstall(["nginx", "kcat"])).toBe("apt-get install nginx-light libnginx-mod-stream kcat");
  });
});

describe(".ci/run", () => {
  const script = readFileSync(join(import.meta.dirname, "../.ci/run"), "utf8");

  it.each(Object.entries(systemTools))("installs what brings %s", (_, { debianPackage }) => {
    for (const name of debianPackage.split(" ")) expect(script).toMatch(new RegExp(`=${name}$`, "m"));
  });
});
