import { once } from "node:events";

/** Where a command writes to, and what it may know of it. */
export interface Terminal {
  /** Resolves when there is room for more: whoever reads slowly is waited for. */
  readonly print: (text: string) => Promise<void>;
  /** Remarks that are no part of the result. */
  readonly remark: (text: string) => void;
  /** Columns; undefined where output goes to a file or another program, and nothing is cut. */
  readonly columns: () => number | undefined;
  readonly rows: () => number;
  readonly color: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Standard output and standard error. */
export function processTerminal({ noColor }: { readonly noColor: boolean }): Terminal {
  const { stdout, stderr, env } = process;
  return {
    print: async (text) => {
      if (!stdout.write(text)) await once(stdout, "drain");
    },
    remark: (text) => void stderr.write(`${text}\n`),
    columns: () => (stdout.isTTY ? stdout.columns : undefined),
    rows: () => stdout.rows ?? 24,
    color: usesColor({ noColor, isTerminal: stdout.isTTY, env }),
    now: Date.now,
  };
}

/** Colours are for terminals alone, and for nobody who does not want them (no-color.org). */
export function usesColor(asked: {
  readonly noColor: boolean;
  readonly isTerminal: boolean | undefined;
  readonly env: NodeJS.ProcessEnv;
}): boolean {
  const { noColor, isTerminal, env } = asked;
  return isTerminal === true && !noColor && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
