import { join, resolve } from "node:path";

/** Where downloads are kept: `.cache` of this repository, or `PAGODA_CACHE`. */
export function cacheFolder(): string {
  return resolve(process.env["PAGODA_CACHE"] ?? join(import.meta.dirname, "../../.cache"));
}
