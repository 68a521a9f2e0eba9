/** Where in the dashboard somebody is: kept in the address, so that a reload stays. */
export interface Route {
  readonly view: ViewName;
  /** Of a detail: what names it, as `["main", "orders"]`. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export const viewNames = [
  "overview",
  "topics",
  "clients",
  "groups",
  "brokers",
  "apis",
  "layers",
  "connections",
  "tap",
  "config",
  "edge",
] as const;
export type ViewName = (typeof viewNames)[number];

/** Reads `#/topics/main/orders?a=b`; anything else is the overview. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [first, ...rest] = path.split("/").map(decoded);
  const view = viewNames.find((name) => name === first) ?? "overview";
  return {
    view,
    path: rest.filter((part) => part !== ""),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The address of a view; names may hold any character. */
export function hrefOf(
  view: ViewName,
  path: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string {
  const given = new URLSearchParams(query).toString();
  return `#/${[view, ...path.map(encodeURIComponent)].join("/")}${given === "" ? "" : `?${given}`}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
