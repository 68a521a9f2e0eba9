import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";

import { exitCodes, UsageError } from "../../exit.ts";
import { aboutDecode, decodeFlags as flags } from "../about.ts";
import { helpOf, processIo, readArguments } from "../command.ts";
import type { CommandIo, DebugCommand } from "../command.ts";
import { apiNamed } from "../explain/find-subject.ts";
import { ByteSource } from "./capture/byte-source.ts";
import { errorJson } from "./capture/conversation.ts";
import { decodeCapture } from "./capture/decode-capture.ts";
import { captureReader } from "./capture/capture-reader.ts";
import { looksLikeRequest } from "./capture/looks-like.ts";
import { decodeRequest, decodeResponse } from "./decode-frame.ts";
import type { Answered, DecodedFrame } from "./decode-frame.ts";
import { decodeRecords } from "./decode-records.ts";
import { readHex } from "./hex.ts";
import type { WalkOptions } from "./walk-message.ts";

/** What is not a capture is read as a whole. */
const maxInputBytes = 134_217_728;

interface Decoding extends WalkOptions {
  readonly answered: Answered | undefined;
  readonly isRecords: boolean;
}

/** `pagoda decode`: bytes as JSON - a frame, record batches, or the frames of a capture. */
export const decodeCommand: DebugCommand = {
  ...aboutDecode,
  async run(args, io = processIo) {
    const { given, operands } = readArguments("decode", flags, args);
    if (given.help !== undefined) {
      io.stdout.write(helpOf(decodeCommand));
      return exitCodes.ok;
    }
    const decoding: Decoding = {
      offsets: given.offsets !== undefined,
      isRecords: given.records !== undefined,
      answered: given.response === undefined ? undefined : answeredBy(given.response),
    };
    if (decoding.isRecords && decoding.answered !== undefined) {
      throw new UsageError("--records and --response exclude each other (see: pagoda decode --help)");
    }
    const source = sourceOf(operands, io);
    if (source instanceof Uint8Array) return print(decode(source, decoding), io);
    const read = captureReader(await source.peek(4));
    if (read === undefined) return print(decode(await bytesOf(source), decoding), io);
    let isWhole = true;
    for await (const line of decodeCapture(read, source, decoding)) {
      isWhole &&= !JSON.stringify(line["summary"] ?? "").includes('"error":');
      await write(`${JSON.stringify(line)}\n`, io);
    }
    return isWhole ? exitCodes.ok : exitCodes.runtime;
  },
};

/** The bytes that were typed, or where others come from. */
function sourceOf(operands: readonly string[], { stdin }: CommandIo): Uint8Array | ByteSource {
  const [first, ...more] = operands;
  if (first === undefined) {
    throw new UsageError(
      "decode takes hex digits, a file, or - for standard input (see: pagoda decode --help)",
    );
  }
  if (first === "-" && more.length === 0) return new ByteSource(stdin);
  if (more.length === 0 && existsSync(first)) return new ByteSource(createReadStream(first));
  const bytes = readHex(operands.join(" "));
  if (bytes === undefined) throw new UsageError(`"${shortened(first)}" is neither a file nor hex digits`);
  return bytes;
}

/** The bytes of an input that is no capture: as they are, or read from hex digits. */
async function bytesOf(source: ByteSource): Promise<Uint8Array> {
  const bytes = await source.rest(maxInputBytes);
  if (bytes === undefined)
    throw new UsageError(`the input has more than ${maxInputBytes} bytes and is no capture`);
  if (bytes.length === 0) throw new UsageError("the input is empty");
  const isText = bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13));
  if (!isText) return bytes;
  const read = readHex(bytes.toString("latin1"));
  if (read === undefined) throw new UsageError("the input is text, and not hex digits");
  return read;
}

function decode(bytes: Uint8Array, { answered, isRecords, offsets }: Decoding): DecodedFrame {
  if (isRecords) return decodeRecords(bytes, { offsets });
  const start = frameStart(bytes, answered);
  return answered === undefined
    ? decodeRequest(bytes, start, { offsets })
    : decodeResponse(bytes, start, answered, { offsets });
}

/** Where a frame begins: behind its size, where it has one. */
function frameStart(bytes: Uint8Array, answered: Answered | undefined): 0 | 4 {
  const size = bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getInt32(0);
  if (size === bytes.length - 4) return 4;
  // Cut off, so that the size does not fit: then only one of the two readings is a request.
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  const isPlain = looksLikeRequest(Buffer.concat([length, bytes]));
  return answered === undefined && !isPlain && looksLikeRequest(bytes) ? 4 : 0;
}

function answeredBy(text: string): Answered {
  const { name = "", digits } = /^(?<name>[^/]+)(?:\/v?(?<digits>\d{1,5}))?$/.exec(text)?.groups ?? {};
  const api = apiNamed(name);
  if (api === undefined || digits === undefined) {
    throw new UsageError(`--response must be an API and a version, like Produce/v9, got "${text}"`);
  }
  return { api, version: Number(digits) };
}

async function print({ json, error }: DecodedFrame, io: CommandIo): Promise<number> {
  const whole = error === undefined ? json : { ...json, error: errorJson(error) };
  await write(`${JSON.stringify(whole, null, 2)}\n`, io);
  return error === undefined ? exitCodes.ok : exitCodes.runtime;
}

/** Waits while whoever reads the output is slow. */
async function write(text: string, { stdout }: CommandIo): Promise<void> {
  if (stdout.write(text) === false && stdout === process.stdout) await once(process.stdout, "drain");
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
