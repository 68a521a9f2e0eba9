import { ProxyError } from "@pagoda/core";
import { formatEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

/**
 * A state file cannot be read or written. Deleting it loses no more than which node had which slot:
 * clients that are connected ask for metadata once more.
 */
export class StateFileError extends ProxyError {
  readonly code = "STATE_FILE";
  readonly retriable = false;
  readonly kind = "invalid";
  readonly path: string;

  constructor(path: string, fault: string, options?: ErrorOptions) {
    super(`state file ${path}: ${fault}`, options);
    this.path = path;
  }
}

/** What a state file remembers of a node. */
export interface SavedNode {
  readonly id: number;
  readonly slot: number | undefined;
  /** The last known upstream address. */
  readonly endpoint: Endpoint | undefined;
}

/** What a state file says. */
export interface SavedState {
  /** Of the cluster that the nodes are of, as `host:port`. */
  readonly bootstrap: readonly string[];
  readonly nodes: readonly SavedNode[];
}

const version = 1;
const maxNodeId = 0x7fff_ffff;

/** The text of a state file. */
export function formatState(bootstrap: readonly Endpoint[], nodes: readonly SavedNode[]): string {
  const lines = nodes.map(({ id, slot, endpoint }) => JSON.stringify({ id, slot, ...endpoint }));
  const list = lines.length === 0 ? "[]" : `[\n    ${lines.join(",\n    ")}\n  ]`;
  const first = JSON.stringify(bootstrap.map(formatEndpoint));
  return `{\n  "version": ${version},\n  "bootstrap": ${first},\n  "nodes": ${list}\n}\n`;
}

/** @throws StateFileError that says what is wrong, naming `path` */
export function parseState(text: string, path: string): SavedState {
  const fail = (fault: string, cause?: unknown): never => {
    throw new StateFileError(path, `${fault}; correct or delete it`, cause === undefined ? {} : { cause });
  };
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    return fail("it is damaged: not JSON", cause);
  }
  if (!isObject(given)) return fail("it is damaged: not an object");
  if (given["version"] !== version) {
    return fail(`it has version ${JSON.stringify(given["version"])}, and this proxy writes ${version}`);
  }
  const { bootstrap, nodes } = given;
  if (!Array.isArray(bootstrap) || !bootstrap.every((one) => typeof one === "string")) {
    return fail("it is damaged: bootstrap is not a list of texts");
  }
  if (!Array.isArray(nodes)) return fail("it is damaged: nodes is not a list");
  const saved = nodes.map((node: unknown, index) => {
    const read = readNode(node);
    return typeof read === "string" ? fail(`it is damaged: nodes[${index}] ${read}`) : read;
  });
  const twice = firstTwice(saved.map(({ id }) => id));
  if (twice !== undefined) return fail(`it is damaged: node ${twice} is there twice`);
  const shared = firstTwice(saved.flatMap(({ slot }) => slot ?? []));
  if (shared !== undefined) return fail(`it is damaged: two nodes have slot ${shared}`);
  return { bootstrap, nodes: saved };
}

/** The node, or what is wrong with it. */
function readNode(given: unknown): SavedNode | string {
  if (!isObject(given)) return "is not an object";
  const { id, slot, host, port } = given;
  if (!isWhole(id, 0, maxNodeId)) return "has no id";
  if (slot !== undefined && !isWhole(slot, 0, 65_534)) return "has a slot that is none";
  if (host === undefined && port === undefined) return { id, slot, endpoint: undefined };
  if (typeof host !== "string" || host === "") return "has no host";
  if (!isWhole(port, 1, 65_535)) return "has a port that is none";
  return { id, slot, endpoint: { host, port } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function firstTwice(values: readonly number[]): number | undefined {
  const seen = new Set<number>();
  return values.find((value) => seen.has(value) || !seen.add(value));
}
