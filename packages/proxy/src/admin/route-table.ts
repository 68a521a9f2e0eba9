import type { AdminRoute } from "./route.ts";

/** What there is at one path. */
export interface AdminPath {
  readonly GET?: AdminRoute;
  readonly POST?: AdminRoute;
}

export type RouteTable = ReadonlyMap<string, AdminPath>;

/** Routes by path. @throws RangeError when two are the same. */
export function routeTable(routes: readonly AdminRoute[]): RouteTable {
  const table = new Map<string, AdminPath>();
  for (const route of routes) {
    const there = table.get(route.path) ?? {};
    if (there[route.method] !== undefined) {
      throw new RangeError(`routes must differ, got ${route.method} ${route.path} twice`);
    }
    table.set(route.path, { ...there, [route.method]: route });
  }
  return table;
}

/** What there is at `path`: by its own line, else by that of a folder it is in, the deepest first. */
export function findPath(table: RouteTable, path: string): AdminPath | undefined {
  const own = table.get(path);
  if (own !== undefined) return own;
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const folder = table.get(`${path.slice(0, end)}/*`);
    if (folder !== undefined) return folder;
  }
  return undefined;
}

/** The methods that a path answers, as the header `Allow` lists them. */
export function methodsOf({ GET, POST }: AdminPath): string {
  return [...(GET === undefined ? [] : ["GET", "HEAD"]), ...(POST === undefined ? [] : ["POST"])].join(", ");
}
