import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import type { BuildInfo } from "@pagoda/metrics";

/** What this build is. The commit comes from `PAGODA_COMMIT`, else from the checkout it runs in. */
export function buildInfo(): BuildInfo {
  return { version: packageVersion(), commit: commit(), kafkaProtocol: "4.3" };
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  return "unknown";
}

function commit(): string {
  const given = process.env["PAGODA_COMMIT"];
  if (given !== undefined && given !== "") return given;
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}
