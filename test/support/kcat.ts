import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { toolPath } from "../../scripts/tools.ts";

/** Runs kcat until it ends by itself, and gives what it printed. @throws Error if it failed */
export async function kcat(args: readonly string[], input = ""): Promise<string> {
  const child = spawn(toolPath("kcat"), [...args], { stdio: ["pipe", "pipe", "pipe"] });
  // It may end without having read its input.
  child.stdin.on("error", () => {}).end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`kcat ended with ${code}: ${stderr}`);
  return stdout;
}
