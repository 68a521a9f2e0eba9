import { crc32 } from "node:zlib";

import { crc32c } from "@node-rs/crc32";

import { RecordsChecksumError } from "./records-error.ts";

/** A magic 2 batch's checksum: CRC-32C of what follows it. */
export function batchChecksum(batch: Uint8Array): number {
  return crc32c(batch.subarray(21));
}

/** The checksum of a message of magic 0 or 1: CRC-32 of what follows it. */
export function messageChecksum(message: Uint8Array): number {
  return crc32(message.subarray(16));
}

/** @throws RecordsChecksumError unless they are the same. */
export function expectChecksum(batchAt: number, stated: number, computed: number): void {
  if (stated !== computed) throw new RecordsChecksumError(batchAt, stated, computed);
}
