import type { ConfigFault } from "../fault.ts";
import { optionsAt } from "../schema/options-at.ts";
import { nodeAt, showPath } from "./node.ts";
import type { ConfigNode, LeafNode, Origin, Path } from "./node.ts";
import { isSecretPath, isSecretValue, redacted } from "./secrets.ts";

const prefix = "PAGODA_";

/**
 * Puts the variables that name a part of the configuration over it: `PAGODA_ADMIN__BIND` over
 * `admin.bind`, `PAGODA_LISTENERS__0__BIND` over `listeners[0].bind`. Keys are found without regard
 * to case and underscores; empty variables are as good as unset. Variables without `__` that are no
 * key are for somebody else.
 */
export function overlayEnvironment(root: ConfigNode, env: NodeJS.ProcessEnv): readonly ConfigFault[] {
  const faults: ConfigFault[] = [];
  const names = Object.keys(env).filter((name) => name.startsWith(prefix));
  // In order of their indexes, so that entry 1 comes after entry 0.
  for (const name of names.toSorted(new Intl.Collator("en", { numeric: true }).compare)) {
    const text = env[name] ?? "";
    const segments = name.slice(prefix.length).split("__");
    const path = pathOf(root, segments);
    const known = segments.length > 1 || optionsAt([]).keys.includes(String(path[0]));
    if (text === "" || !known) continue;
    const secret = isSecretPath(path) || isSecretValue(text);
    const origin: Origin = { from: "env", name, text: secret ? redacted : text };
    const fault = put(root, path, { kind: "leaf", value: text, origin, secret, loose: "any" });
    if (fault !== undefined) faults.push({ path: showPath(path), message: fault, origin });
  }
  return faults;
}

function pathOf(root: ConfigNode, segments: readonly string[]): Path {
  const path: (string | number)[] = [];
  for (const segment of segments) {
    const { keys, names, items } = optionsAt(path);
    const node = nodeAt(root, path);
    // Names that are free, as those of clusters, are those that are there already.
    const given = names && node?.kind === "map" ? [...node.entries.keys()] : [];
    const match = [...keys, ...given].find((key) => bare(key) === bare(segment));
    if (items && /^\d{1,4}$/.test(segment)) path.push(Number(segment));
    else path.push(match ?? segment.toLowerCase());
  }
  return path;
}

function bare(key: string): string {
  return key.toLowerCase().replaceAll(/[_-]/g, "");
}

/** Makes the mappings and lists on the way. Returns what is wrong, if that cannot be. */
function put(root: ConfigNode, path: Path, leaf: LeafNode): string | undefined {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    const next = (): ConfigNode => {
      if (last) return leaf;
      const { origin } = leaf;
      return typeof path[depth + 1] === "number"
        ? { kind: "list", items: [], origin }
        : { kind: "map", entries: new Map(), origin };
    };
    if (node.kind === "list" && typeof step === "number") {
      if (step > node.items.length) {
        return `there is no ${showPath(path.slice(0, depth))}[${step - 1}] before it: the list has ${node.items.length}`;
      }
      const under = node.items[step];
      if (last || under === undefined || under.kind === "leaf") node.items[step] = next();
      node = node.items[step] as ConfigNode;
    } else if (node.kind === "map") {
      const key = String(step);
      const under = node.entries.get(key);
      if (last || under === undefined || under.node.kind === "leaf") {
        node.entries.set(key, { key: under?.key ?? leaf.origin, node: next() });
      }
      node = (node.entries.get(key) as { readonly node: ConfigNode }).node;
    } else return `${showPath(path.slice(0, depth))} is a list: say which entry, as __0`;
  }
  return undefined;
}
