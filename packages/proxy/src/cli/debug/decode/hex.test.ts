import { describe, expect, it } from "vitest";

import { runCommand } from "../../../../test/support/run-command.ts";
import { decodeCommand } from "./command.ts";
import { readHex } from "./hex.ts";

const sized = Buffer.from("0000001c000a000400000007000762696c6c696e67000002076f726465727300", "hex");

describe("readHex", () => {
  it.each([
    [
      "hexdump -C",
      dump(
        sized,
        (at) => `${at.toString(16).padStart(8, "0")}  `,
        1,
        (text) => `  |${text}|`,
      ),
    ],
    [
      "xxd",
      dump(
        sized,
        (at) => `${at.toString(16).padStart(8, "0")}: `,
        2,
        (text) => `  ${text}`,
      ),
    ],
    [
      "tcpdump -X",
      dump(
        sized,
        (at) => `\t0x${at.toString(16).padStart(4, "0")}:  `,
        2,
        (text) => `  ${text}`,
      ),
    ],
    [
      "Wireshark",
      dump(
        sized,
        (at) => `${at.toString(16).padStart(4, "0")}   `,
        1,
        (text) => `   ${text}`,
      ),
    ],
    [
      "od",
      dump(
        sized,
        (at) => `${at.toString(16).padStart(6, "0")} `,
        1,
        () => "",
      ),
    ],
  ])("reads the columns of %s", (_tool, text) => {
    expect(readHex(text)).toEqual(sized);
  });

  it("reads a dump from standard input", async () => {
    const text = dump(
      sized,
      (at) => `${at.toString(16).padStart(8, "0")}: `,
      2,
      (ascii) => `  ${ascii}`,
    );
    const { code, out } = await runCommand(decodeCommand, ["-"], [Buffer.from(text)]);
    expect([code, JSON.parse(out)]).toMatchObject([0, { frame: "request", api: "FindCoordinator" }]);
  });

  it.each(["", "xyz", "abc", "00000000  zz", "00000000: 0000\n00000010: 0000"])(
    "reads nothing from %j",
    (text) => {
      expect(readHex(text)).toBeUndefined();
    },
  );
});

function dump(
  bytes: Buffer,
  offset: (at: number) => string,
  group: number,
  text: (ascii: string) => string,
): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.subarray(at, at + 16);
    const hex =
      line
        .toString("hex")
        .match(new RegExp(`.{1,${2 * group}}`, "g"))
        ?.join(" ") ?? "";
    lines.push(`${offset(at)}${hex}${text(line.toString("latin1").replaceAll(/[^ -~]/g, "."))}`);
  }
  return `${lines.join("\n")}\n`;
}
