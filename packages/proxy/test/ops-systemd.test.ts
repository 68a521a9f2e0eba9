import { describe, expect, it } from "vitest";

import { exitCodes } from "../src/cli/exit.ts";
import { configDefaults } from "../src/config/defaults.ts";
import { readText } from "./ops-files.ts";

/** The settings of the unit: by key, its values in order. */
const settings = Map.groupBy(
  readText("ops/systemd/pagoda.service")
    .split("\n")
    .filter((line) => /^\w+=/.test(line))
    .map((line) => ({ key: line.slice(0, line.indexOf("=")), value: line.slice(line.indexOf("=") + 1) })),
  ({ key }) => key,
);

const all = (key: string): readonly string[] => settings.get(key)?.map(({ value }) => value) ?? [];
const one = (key: string): string | undefined => all(key).at(-1);

describe("ops/systemd/pagoda.service", () => {
  it("reloads by SIGHUP and stops by SIGTERM, which is sent to the first process alone", () => {
    expect(one("ExecReload")).toBe("/bin/kill -HUP $MAINPID");
    expect(all("KillSignal")).toEqual([]);
    expect(one("KillMode")).toBe("mixed");
  });

  it("gives a drain more time than it takes", () => {
    expect(Number(one("TimeoutStopSec")) * 1_000).toBeGreaterThan(configDefaults.drainTimeoutMs);
  });

  it("does not start again what would fail again", () => {
    expect(one("RestartPreventExitStatus")).toBe(`${exitCodes.usage} ${exitCodes.configuration}`);
    expect(one("Restart")).toBe("on-failure");
  });

  it("has files for every connection and its upstream", () => {
    expect(Number(one("LimitNOFILE"))).toBeGreaterThan(configDefaults.limits.connections * 3);
  });

  it.each([
    ["DynamicUser", "yes"],
    ["NoNewPrivileges", "yes"],
    ["CapabilityBoundingSet", ""],
    ["AmbientCapabilities", ""],
    ["ProtectSystem", "strict"],
    ["ProtectHome", "yes"],
    ["PrivateDevices", "yes"],
    ["PrivateTmp", "yes"],
    ["PrivateUsers", "yes"],
    ["RestrictNamespaces", "yes"],
    ["RestrictSUIDSGID", "yes"],
    ["RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"],
    ["SystemCallArchitectures", "native"],
    ["LimitCORE", "0"],
  ])("hardens with %s=%s", (key, value) => {
    expect(one(key)).toBe(value);
  });

  it("lets V8 make code, without which there is no JavaScript", () => {
    expect(all("MemoryDenyWriteExecute")).toEqual([]);
  });

  it("takes secrets as credentials, never from the environment", () => {
    expect(all("LoadCredential").length).toBeGreaterThan(0);
    expect(all("Environment").filter((value) => /pass|secret|token/i.test(value))).toEqual([]);
  });
});
