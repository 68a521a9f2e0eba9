// Completes package-lock.json after `npm install`: adds the optional packages of other platforms.
//
// npm writes only those that its registry offers, and a mirror may offer this platform's alone;
// `npm ci` then refuses the lock everywhere, because the manifests name the others too.

import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const platform =
  /(?<os>aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(?<cpu>[a-z0-9]+)(?:-(?<abi>[a-z]+))?$/;

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (`node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages) continue;
    const { os, cpu, abi = "" } = platform.exec(name)?.groups ?? {};
    if (os === undefined) continue;
    const libc =
      os === "linux" && /^(gnu|musl)/.test(abi) ? { libc: [abi.startsWith("musl") ? "musl" : "glibc"] } : {};
    const dev = entry.dev === true ? { dev: true } : {};
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...dev,
      optional: true,
      os: [os],
      ...libc,
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to package-lock.json`);
