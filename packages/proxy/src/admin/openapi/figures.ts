import { z } from "zod";

// Parts of schemas that stand in several.

export const text = z.string();
export const unixMs = z.number().describe("Unix milliseconds");
export const ms = z.number().nonnegative().describe("milliseconds");
export const count = z.number().int().nonnegative();
export const rate = z.number().nonnegative().describe("per second, over the window");
export const share = z.number().min(0).max(1).describe("from 0 to 1");
export const tls = z.enum(["yes", "no", "mixed"]);
export const endpoint = z.string().describe("HOST:PORT");
