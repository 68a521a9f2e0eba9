import { createRequire } from "node:module";

import { UnsupportedCompressionError } from "../records-error.ts";

const require = createRequire(import.meta.url);

/**
 * Loads a package with a native binary when it is first needed: where there is no binary for the
 * platform, only batches with that compression fail.
 * @throws UnsupportedCompressionError if it cannot be loaded.
 */
export function loadNative(packageName: string): unknown {
  try {
    return require(packageName);
  } catch (cause) {
    throw new UnsupportedCompressionError(`cannot load ${packageName}`, { cause });
  }
}
