import { exitCodes, UsageError } from "../../exit.ts";
import { aboutExplain, explainFlags as flags } from "../about.ts";
import { helpOf, outputOf, processIo, readArguments } from "../command.ts";
import type { DebugCommand } from "../command.ts";
import { formatApi } from "./explain-api.ts";
import { formatError } from "./explain-error.ts";
import { explain } from "./find-subject.ts";

/** `pagoda explain`: what an error means and what to do about it, what an API is made of. */
export const explainCommand: DebugCommand = {
  ...aboutExplain,
  async run(args, { stdout } = processIo) {
    const { given, operands } = readArguments("explain", flags, args);
    if (given.help !== undefined) {
      stdout.write(helpOf(explainCommand));
      return exitCodes.ok;
    }
    const output = outputOf("explain", given.output);
    const [subject, ...more] = operands;
    if (subject === undefined || more.length > 0) {
      throw new UsageError(
        "explain takes one name, like NOT_LEADER_OR_FOLLOWER, 6 or Produce (see: pagoda explain --help)",
      );
    }
    const explained = explain(subject);
    if (output === "json") stdout.write(`${JSON.stringify(explained, null, 2)}\n`);
    else stdout.write(explained.kind === "error" ? formatError(explained) : formatApi(explained));
    return exitCodes.ok;
  },
};
