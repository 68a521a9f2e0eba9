import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { eventually } from "../../test/support/eventually.ts";
import { watchedFolder } from "./watchdog.ts";

const forever = [process.execPath, ["-e", "setInterval(() => {}, 1e6)"]] as const;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("kills what was added and removes the folder when it is closed", async () => {
  const watched = watchedFolder("pagoda-watchdog-test-");
  const child = spawn(...forever);
  const exited = once(child, "exit");
  watched.add(child.pid ?? 0);
  writeFileSync(join(watched.folder, "data"), "");
  await watched.close();
  expect(await exited).toEqual([null, "SIGKILL"]);
  expect(existsSync(watched.folder)).toBe(false);
  await watched.close();
});

it("leaves alone what was removed", async () => {
  const watched = watchedFolder("pagoda-watchdog-test-");
  const child = spawn(...forever);
  onTestFinished(() => void child.kill());
  watched.add(child.pid ?? 0);
  watched.remove(child.pid ?? 0);
  await watched.close();
  expect(isAlive(child.pid ?? 0)).toBe(true);
});

it("does the same when the process that owns it is killed", async () => {
  // The process that is killed watches a child of this one, so that its end can be seen here.
  const child = spawn(...forever);
  const exited = once(child, "exit");
  const owner = spawn(process.execPath, [
    "--input-type=module",
    "--eval",
    `import { watchedFolder } from ${JSON.stringify(join(import.meta.dirname, "watchdog.ts"))};
     const watched = watchedFolder("pagoda-watchdog-test-");
     watched.add(${child.pid});
     console.log(watched.folder);
     setInterval(() => {}, 1e6);`,
  ]);
  const [line] = (await once(owner.stdout, "data")) as [Buffer];
  owner.kill("SIGKILL");
  expect(await exited).toEqual([null, "SIGKILL"]);
  await eventually(() => expect(existsSync(line.toString().trim())).toBe(false));
});
