import { describe, expect, it } from "vitest";

import { defaultAdminBind, defaultBind } from "../src/config/defaults.ts";
import { stagesOf } from "./dockerfile.ts";
import { isAdminPath, readText } from "./ops-files.ts";

/** What there is of an image when it runs. */
const finalStage = stagesOf(readText("ops/docker/Dockerfile")).at(-1) ?? [];

const last = (name: string): string => finalStage.findLast((one) => one.name === name)?.rest ?? "";

describe("ops/docker/Dockerfile", () => {
  it("ends with a user that is not root, by number", () => {
    expect(last("USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it("starts node itself, so that signals reach it, with source maps", () => {
    const entrypoint = JSON.parse(last("ENTRYPOINT")) as readonly string[];
    expect(entrypoint.slice(0, 2)).toEqual(["node", "--enable-source-maps"]);
    expect(entrypoint).toHaveLength(3);
    expect(JSON.parse(last("CMD"))).toEqual(["run", "--config", "/etc/pagoda/pagoda.yaml"]);
  });

  it("starts the program that the package calls pagoda", () => {
    const { bin } = JSON.parse(readText("packages/proxy/package.json")) as { bin: { pagoda: string } };
    const [, , program] = JSON.parse(last("ENTRYPOINT")) as readonly string[];
    expect(program).toBe(`/opt/pagoda/packages/proxy/${bin.pagoda.replace("./", "")}`);
  });

  it("asks the admin server for its health, where it is when nobody says", () => {
    const [, url] = /"(http:[^"]+)"\]$/.exec(last("HEALTHCHECK")) ?? [];
    const { host, port, pathname } = new URL(url ?? "");
    expect(host).toBe(`${defaultAdminBind.host}:${defaultAdminBind.port}`);
    expect({ port: Number(port), known: isAdminPath(pathname) }).toEqual({ port: 9190, known: true });
  });

  it("names the ports that it listens on when nobody says", () => {
    expect(last("EXPOSE")).toBe(`${defaultBind.port} ${defaultAdminBind.port}`);
  });

  it("runs nothing in the image that is shipped, and fetches nothing from outside", () => {
    expect(finalStage.filter(({ name }) => name === "RUN" || name === "ADD")).toEqual([]);
    expect(
      finalStage.filter(({ name }) => name === "COPY").every(({ rest }) => rest.startsWith("--from=build")),
    ).toBe(true);
  });

  it("is built from no more than it needs", () => {
    const [first, ...rules] = readText(".dockerignore")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(first).toBe("*");
    expect(rules.filter((rule) => rule.startsWith("!"))).toEqual([
      "!package.json",
      "!package-lock.json",
      "!tsconfig.base.json",
      "!packages",
    ]);
    expect(rules).toContain("**/node_modules");
    expect(rules).toContain("**/dist");
  });
});
