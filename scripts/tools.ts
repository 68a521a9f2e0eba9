import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What the machine lacks, or a step outside this repository that failed: a message, not a stack. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}

// Daemons live in sbin, which is not on an ordinary user's PATH.
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Absolute path of a program: on the PATH, or where the system keeps its daemons. */
export function findTool(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...systemFolders];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A program that tests run, and the Debian package it comes from. */
export interface SystemTool {
  readonly debianPackage: string;
  /** Says whether it is there, where looking for the program is not enough. */
  readonly isInstalled?: () => boolean;
}

/** Every program outside npm that tests use. `.ci/run` installs these packages. */
export const systemTools = {
  java: { debianPackage: "openjdk-17-jre-headless" },
  mvn: { debianPackage: "maven" },
  curl: { debianPackage: "curl" },
  kcat: { debianPackage: "kcat" },
  haproxy: { debianPackage: "haproxy" },
  // The stream module is a package of its own and brings nginx along.
  nginx: {
    debianPackage: "nginx-light libnginx-mod-stream",
    isInstalled: () =>
      findTool("nginx") !== undefined && existsSync("/usr/lib/nginx/modules/ngx_stream_module.so"),
  },
  "redis-server": { debianPackage: "redis-server" },
  tshark: { debianPackage: "tshark" },
  // Comes with the server, which nobody starts.
  promtool: { debianPackage: "prometheus" },
  chromium: { debianPackage: "chromium" },
} as const satisfies Record<string, SystemTool>;

export type SystemToolName = keyof typeof systemTools;

/** Is this tool there, ready to be used? */
export function hasTool(name: SystemToolName): boolean {
  const tool: SystemTool = systemTools[name];
  return tool.isInstalled?.() ?? findTool(name) !== undefined;
}

/**
 * Absolute path of a tool that tests use.
 *
 * @throws {SetupError} when it is not there, with the command that installs it.
 */
export function toolPath(name: SystemToolName): string {
  const path = hasTool(name) ? findTool(name) : undefined;
  if (path === undefined) throw new SetupError(`${name} is missing: ${howToInstall([name])}`);
  return path;
}

/** The command that installs these tools on Debian. */
export function howToInstall(names: readonly SystemToolName[]): string {
  return `apt-get install ${names.map((name) => systemTools[name].debianPackage).join(" ")}`;
}
