import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { readArguments } from "../flags.ts";
import type { Argument } from "../flags.ts";
import { completionScript, shells } from "./scripts.ts";

const places: readonly Argument[] = [{ name: "SHELL", required: true, completes: shells }];

/** `pagoda completion` */
export const completion: Command = {
  name: "completion",
  group: "OPERATE",
  summary: "print what makes the shell complete commands, flags and names",
  usage: [`completion ${shells.join("|")}`],
  arguments: places,
  flags: helpFlag,
  notes: `Names of topics, clients and groups are asked of the proxy at --admin; those with characters that a
shell would act on are not offered.`,
  examples: [
    'eval "$(pagoda completion bash)"',
    "source <(pagoda completion zsh)",
    "pagoda completion fish | source",
  ],
  run: async (args) => {
    const { positionals } = readArguments("completion", { flags: helpFlag, arguments: places }, args);
    const shell = shells.find((each) => each === positionals[0]);
    if (shell === undefined) {
      throw new UsageError(`there is completion for ${shells.join(", ")}, not for "${positionals[0]}"`);
    }
    process.stdout.write(completionScript(shell));
    return exitCodes.ok;
  },
};
