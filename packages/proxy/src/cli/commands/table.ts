import { completion } from "../completion/completion.ts";
import { check, decode, explain } from "../debug/commands.ts";
import { drain } from "../operate/drain.ts";
import { health } from "../operate/health.ts";
import { loglevel } from "../operate/loglevel.ts";
import { reload } from "../operate/reload.ts";
import { dashboard } from "../see/dashboard.ts";
import { edges } from "../see/edges.ts";
import { problems } from "../see/problems.ts";
import { stat } from "../see/stat.ts";
import { tap } from "../see/tap-flags.ts";
import { top } from "../top/command.ts";
import type { Command } from "./command.ts";
import { config, demo, init, run, validate } from "./serving.ts";
import { version } from "./version.ts";

/** Every command: dispatch, help and completion are made of this. In the order that help shows. */
export const commands: readonly Command[] = [
  run,
  demo,
  stat,
  top,
  edges,
  tap,
  problems,
  dashboard,
  check,
  explain,
  decode,
  init,
  validate,
  config,
  health,
  reload,
  drain,
  loglevel,
  completion,
  version,
];
