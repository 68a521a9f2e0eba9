import { parseDurationMs } from "../text/duration.ts";
import type { UpstreamTls } from "../options.ts";
import type { UpstreamTlsSource } from "./schema/upstream-tls.ts";
import type { Path } from "./source/node.ts";

/** Makes the path of a file, said at a place of the configuration, absolute. */
export type ResolveFile = (path: Path, file: string) => string;

/** A duration that the schema has let through; `off` is 0. */
export function ms(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  return parseDurationMs(text) ?? 0;
}

/** @param path of the key, for the files that are named below it */
export function resolveUpstreamTls(
  source: boolean | UpstreamTlsSource | undefined,
  path: Path,
  file: ResolveFile,
): UpstreamTls | undefined {
  if (source === undefined || source === false) return undefined;
  if (source === true) return {};
  const { ca, cert, key, serverName } = source;
  return {
    ...(ca !== undefined && { caFile: file([...path, "ca"], ca) }),
    ...(serverName !== undefined && { serverName }),
    ...(cert !== undefined && { certFile: file([...path, "cert"], cert) }),
    ...(key !== undefined && { keyFile: file([...path, "key"], key) }),
  };
}
