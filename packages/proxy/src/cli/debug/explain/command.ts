import { exitCodes, UsageError } from "../../exit.ts";
import type { Flags } from "../../flags.ts";
import { helpOf, outputOf, processIo, readArguments } from "../command.ts";
import type { DebugCommand } from "../command.ts";
import { formatApi } from "./explain-api.ts";
import { formatError } from "./explain-error.ts";
import { explain } from "./find-subject.ts";

const flags = {
  output: { short: "o", value: "text|json", help: "how to print it", fallback: "text" },
  help: { short: "h", help: "print this" },
} as const satisfies Flags;

/** `pagoda explain`: what an error means and what to do about it, what an API is made of. */
export const explainCommand: DebugCommand = {
  name: "explain",
  summary: "what an error of Kafka means, or what one of its APIs is made of",
  usage: ["explain ERROR|CODE|API [-o text|json]"],
  flags,
  exit: "0 explained, 2 wrong usage or unknown name",
  examples: [
    "pagoda explain NOT_LEADER_OR_FOLLOWER",
    "pagoda explain 6",
    "pagoda explain Produce",
    "pagoda explain Fetch -o json",
  ],
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
