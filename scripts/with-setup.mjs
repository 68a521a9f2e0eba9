// Runs a TypeScript program of this repository, installing what it needs first.
//
// Plain JavaScript on built-in modules only: on a fresh clone it runs on whatever Node (>= 20) the
// machine has. Everything after it runs on the Node that package.json pins (devDependency `node`).

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const runtime = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const stamp = join(root, "node_modules", ".pagoda-setup");

function installWhenNeeded() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(runtime) && existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("pagoda: setting up (npm ci) ...");
  // npm tells its scripts where it is; without it, the one on the PATH.
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith(".js") ? [process.execPath, [npm, "ci"]] : ["npm", ["ci"]];
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`);
    fail("`npm ci` failed; what it printed is above");
  }
  if (!existsSync(runtime)) {
    fail(
      "the `node` package is there without its runtime: allow its install script (npm config get ignore-scripts)",
    );
  }
  writeFileSync(stamp, lock);
}

const dashboard = join(root, "packages", "dashboard");
const dashboardStamp = join(root, "node_modules", ".pagoda-dashboard");

/** Builds the page that the admin server serves, when what it is built of has changed. */
function buildDashboardWhenNeeded() {
  const hash = hashOf([
    ...["index.html", "package.json", "vite.config.ts", "src"].map((name) => join(dashboard, name)),
    // Drawings come from there.
    join(root, "packages", "traffic", "src"),
    join(root, "package-lock.json"),
  ]);
  const isBuilt = existsSync(join(dashboard, "dist", "index.html")) && existsSync(dashboardStamp);
  if (isBuilt && readFileSync(dashboardStamp, "utf8") === hash) return;
  console.error("pagoda: building the dashboard ...");
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const { status, stdout, stderr, error } = spawnSync(runtime, [vite, "build", "--logLevel", "warn"], {
    cwd: dashboard,
    encoding: "utf8",
  });
  if (status === 0) {
    writeFileSync(dashboardStamp, hash);
    return;
  }
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}\n`);
  // Whoever starts the demonstration wants to see it; all else goes without.
  if (process.env.npm_lifecycle_event === "start") fail("the dashboard was not built; why is above");
  console.error("pagoda: the dashboard was not built; going on without it");
}

/** Of the files and of all in the folders, but tests. */
function hashOf(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).toSorted()) add(join(path, name));
    } else if (!path.endsWith(".test.ts")) {
      hash.update(path.slice(root.length)).update(readFileSync(path));
    }
  };
  for (const path of paths) add(path);
  return hash.digest("hex");
}

function fail(message) {
  console.error(`pagoda: ${message}`);
  process.exit(1);
}

installWhenNeeded();
buildDashboardWhenNeeded();
const [program, ...args] = process.argv.slice(2);
if (program === undefined) fail("usage: with-setup.mjs PROGRAM.ts [ARGUMENT...]");
const child = spawn(runtime, ["--conditions=@pagoda/source", "--enable-source-maps", program, ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}` },
});
// A terminal gives Ctrl-C to both of us; a signal sent to this process alone is passed on.
process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
process.on("SIGTERM", () => child.kill("SIGTERM"));
process.on("SIGHUP", () => child.kill("SIGHUP"));
// npm gives a signal to the shell between us, which dies of it without passing it on.
const parent = process.ppid;
const orphaned = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(orphaned);
  child.kill("SIGTERM");
}, 200);
orphaned.unref();
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
