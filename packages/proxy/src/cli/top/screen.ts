import { emitKeypressEvents } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";

import type { Key } from "./keys.ts";

export interface ScreenOptions {
  readonly input: Pick<ReadStream, "setRawMode" | "on" | "off" | "resume" | "pause">;
  readonly output: Pick<WriteStream, "write" | "on" | "off">;
  readonly onKey: (key: Key) => void;
  readonly onResize: () => void;
}

/** The terminal, taken for as long as it is held. */
export interface Screen extends Disposable {
  draw(lines: readonly string[]): void;
}

const enter = "\x1b[?1049h\x1b[?25l";
const leave = "\x1b[?25h\x1b[?1049l";

/**
 * Takes the terminal: another screen, no cursor, keys as they are pressed. It is given back when disposed,
 * and when the process ends for whatever reason that lets it run at all.
 */
export function takeScreen({ input, output, onKey, onResize }: ScreenOptions): Screen {
  let held = true;
  const restore = (): void => {
    if (!held) return;
    held = false;
    input.setRawMode(false);
    output.write(leave);
  };
  const keypress = (_text: string | undefined, key: Key): void => onKey(key);
  emitKeypressEvents(input as ReadStream);
  input.setRawMode(true);
  input.on("keypress", keypress);
  input.resume();
  output.on("resize", onResize);
  // Crashes end with this, too.
  process.on("exit", restore);
  output.write(enter);
  return {
    draw: (lines) => {
      // Line by line over what is there: nothing flickers.
      if (held) output.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
    },
    [Symbol.dispose]: () => {
      restore();
      process.off("exit", restore);
      output.off("resize", onResize);
      input.off("keypress", keypress);
      input.pause();
    },
  };
}
