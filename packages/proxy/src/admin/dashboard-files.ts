import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative, sep } from "node:path";

/** A file of the dashboard. */
export interface DashboardFile {
  readonly contentType: string;
  readonly body: Buffer;
}

/** The files of the dashboard, by their paths below `/ui/`; the page itself is `index.html`. */
export interface DashboardFiles {
  file(path: string): DashboardFile | undefined;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/**
 * Reads the dashboard into memory, once: a request names a file of the list, and never a path of the
 * file system. Files of other kinds (source maps) are left out.
 * @param folder that it was built into. @default that of the package @pagoda/dashboard
 * @returns undefined where it was not built
 */
export function loadDashboard(folder: string | undefined = builtFolder()): DashboardFiles | undefined {
  if (folder === undefined) return undefined;
  const files = new Map<string, DashboardFile>();
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const contentType = contentTypes[extname(entry.name)];
      if (!entry.isFile() || contentType === undefined) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(relative(folder, path).split(sep).join("/"), { contentType, body: readFileSync(path) });
    }
  } catch {
    return undefined;
  }
  return files.has("index.html") ? { file: (path) => files.get(path) } : undefined;
}

function builtFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve("@pagoda/dashboard/assets/index.html"));
  } catch {
    return undefined;
  }
}
