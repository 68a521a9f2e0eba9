import { windows } from "@pagoda/traffic/view";
import type { Window } from "@pagoda/traffic/view";

import { UsageError } from "../exit.ts";
import type { Flag } from "../flags.ts";

type OutputFlag = "window" | "watch" | "output" | "no-color";

/** What commands take that print a view. @param forms without jsonpath, which all have */
export function outputFlags(forms: readonly string[]): Readonly<Record<OutputFlag, Flag>> {
  return {
    window: {
      short: "t",
      value: windows.join("|"),
      help: "how far back rates and latencies look",
      fallback: "1m",
      completes: windows,
    },
    watch: { short: "w", help: "again each second, until Ctrl-C" },
    output: {
      short: "o",
      value: `${forms.join("|")}|jsonpath=PATH`,
      help: "how it is printed",
      fallback: "text",
      completes: [...forms, "jsonpath="],
    },
    "no-color": noColorFlag,
  };
}

export const noColorFlag: Flag = { help: "as NO_COLOR=1" };

/** @throws UsageError */
export function readWindow(text = "1m"): Window {
  const window = windows.find((each) => each === text);
  if (window === undefined) throw new UsageError(`-t must be ${windows.join(", ")}, got "${text}"`);
  return window;
}
