import type { Command } from "../commands/command.ts";
import { aboutCheck, aboutDecode, aboutExplain } from "./about.ts";

// Loaded when they are asked for: what they know is large.

export const check: Command = {
  ...aboutCheck,
  run: async (args) => (await import("./check/command.ts")).checkCommand.run(args),
};

export const explain: Command = {
  ...aboutExplain,
  run: async (args) => (await import("./explain/command.ts")).explainCommand.run(args),
};

export const decode: Command = {
  ...aboutDecode,
  run: async (args) => (await import("./decode/command.ts")).decodeCommand.run(args),
};
