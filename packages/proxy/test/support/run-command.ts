import { readFileSync } from "node:fs";

import type { CommandIo, DebugCommand } from "../../src/cli/debug/command.ts";

/** What a command printed, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** Runs a command in this process; `stdin` is what it reads. */
export async function runCommand(
  command: DebugCommand,
  args: readonly string[],
  stdin: readonly Uint8Array[] = [],
): Promise<Ran> {
  let out = "";
  const io: CommandIo = {
    stdout: { write: (text) => (out += text) },
    // oxlint-disable-next-line require-await -- an AsyncIterable is asked for
    stdin: (async function* () {
      yield* stdin;
    })(),
  };
  return { code: await command.run(args, io), out };
}

/** The examples of `command` in docs/debugging.md: what is typed, and what it prints. */
export function documented(command: string): { readonly args: string[]; readonly prints: string }[] {
  const text = readFileSync(new URL("../../../../docs/debugging.md", import.meta.url), "utf8");
  const blocks = [...text.matchAll(/```console\n\$ pagoda (?<typed>[^\n]+)\n(?<prints>.*?)```/gs)];
  return blocks.flatMap(({ groups }) => {
    const [name, ...args] = (groups?.["typed"] ?? "").split(" ");
    return name === command ? [{ args, prints: groups?.["prints"] ?? "" }] : [];
  });
}
