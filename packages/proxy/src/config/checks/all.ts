import type { ConfigFault } from "../fault.ts";
import type { ConfigSource } from "../schema/config.ts";
import { keyOrigin, nearestNode, nodeAt, showPath } from "../source/node.ts";
import type { ConfigNode, Path } from "../source/node.ts";
import { checkAddresses } from "./addresses.ts";
import { checkLayers } from "./layers.ts";
import { checkPorts } from "./ports.ts";
import type { Check } from "./report.ts";
import { checkSecurity } from "./security.ts";
import { checkTargets } from "./targets.ts";

const checks: readonly Check[] = [checkTargets, checkAddresses, checkPorts, checkLayers, checkSecurity];

/**
 * What is wrong between the parts of a configuration.
 * @param wrong paths of faults that are told already: what lies in the same part is not looked at,
 *   as it may follow from them
 */
export function checkAll(
  source: ConfigSource,
  root: ConfigNode,
  wrong: readonly Path[],
): readonly ConfigFault[] {
  const parts = new Set(wrong.map(partOf));
  // What is missing in the whole may be what is wrong there.
  if (wrong.some(({ length }) => length <= 1)) parts.add("");
  return checks
    .flatMap((check) => [...check(source)])
    .filter(({ path }) => !parts.has(partOf(path)))
    .map(({ path, message, hint, atKey = false }) => {
      const node = nodeAt(root, path);
      const key = keyOrigin(root, path);
      const above = keyOrigin(root, path.slice(0, -1)) ?? nearestNode(root, path).origin;
      const origin = node === undefined ? above : atKey ? (key ?? node.origin) : node.origin;
      return { path: showPath(path), message, hint, origin };
    });
}

/** `admin`, `clusters.prod` or `listeners[0]`. */
function partOf(path: Path): string {
  return showPath(path.slice(0, path[0] === "clusters" || path[0] === "listeners" ? 2 : 1));
}
