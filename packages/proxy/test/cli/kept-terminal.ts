import type { Terminal } from "../../src/cli/output/terminal.ts";
import { now } from "./traffic-view.ts";

/** A terminal whose output is kept. */
export interface KeptTerminal extends Terminal {
  readonly printed: () => string;
  readonly remarks: readonly string[];
}

export function keptTerminal({
  columns,
  color = false,
}: { readonly columns?: number; readonly color?: boolean } = {}): KeptTerminal {
  let printed = "";
  const remarks: string[] = [];
  return {
    print: async (text) => {
      printed += text;
    },
    remark: (text) => void remarks.push(text),
    columns: () => columns,
    rows: () => 24,
    color,
    now: () => now,
    printed: () => printed,
    remarks,
  };
}
