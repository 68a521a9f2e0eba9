import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A temporary folder with processes that write to it, all of which are gone when this process is:
 * also when it is killed and cannot clean up itself.
 */
export interface Watched {
  readonly folder: string;
  /** This process is to end with the folder. */
  add(pid: number): void;
  /** This process has ended. */
  remove(pid: number): void;
  /** Kills what was added and removes the folder. May be called twice. */
  close(): Promise<void>;
}

// A shell in a session of its own, which Ctrl-C in our terminal does not reach. It reads a pipe
// whose other end only this process holds: however we end, the kernel closes it. Removing may meet
// a file that a dying process still made, hence more than one attempt, and not many.
const script = `
cat >/dev/null
for pid in $(cat "$1"/*.pid 2>/dev/null); do kill -KILL "$pid"; done
left=50
while rm -rf "$1"; [ -e "$1" ] && [ $left -gt 0 ]; do
  left=$((left - 1))
  sleep 0.1
done
`;

export function watchedFolder(prefix: string): Watched {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const shell = spawn("/bin/sh", ["-c", script, "pagoda-watchdog", folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const closed = new Promise<void>((resolve, reject) => {
    shell.once("error", reject);
    shell.once("exit", () => resolve());
  });
  // Reported by close(), which may come much later.
  closed.catch(() => {});
  shell.stdin.on("error", () => {});
  const pidFile = (pid: number): string => join(folder, `${pid}.pid`);
  return {
    folder,
    add: (pid) => writeFileSync(pidFile(pid), `${pid}\n`),
    remove: (pid) => rmSync(pidFile(pid), { force: true }),
    close: () => {
      shell.stdin.end();
      return closed;
    },
  };
}
