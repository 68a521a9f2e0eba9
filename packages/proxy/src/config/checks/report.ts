import type { ConfigSource } from "../schema/config.ts";
import type { Path } from "../source/node.ts";

/** Something that no part is to blame for alone. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Whether the key is meant, rather than its value. */
  readonly atKey?: boolean;
}

/** Looks at parts of a configuration that each are right by themselves. */
export type Check = (source: ConfigSource) => Iterable<Finding>;
