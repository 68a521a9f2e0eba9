import type { DashboardFiles } from "./dashboard-files.ts";
import { faultAnswer } from "./fault-answer.ts";
import { notBuiltPage } from "./pages/not-built-page.ts";
import type { AdminAnswer, AdminRoute } from "./route.ts";

/** The page loads its own files, asks this server, and nothing else. */
const policy = [
  "default-src 'none'",
  "connect-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A name with a hash of what is in the file: `assets/index-Bx3Yz_1-.js`. */
const hashed = /^assets\/.+-[\w-]{8}\.\w+$/;

/**
 * The dashboard, which anybody may load who reaches the server: there is nothing secret in it, and
 * what it asks for needs the token. Where it was not built, a page says so.
 */
export function uiRoutes(dashboard: DashboardFiles | undefined): readonly AdminRoute[] {
  const get = (path: string, handler: AdminRoute["handler"]): AdminRoute => {
    return { method: "GET", path, public: true, handler };
  };
  const toUi = (): AdminAnswer => ({
    status: 302,
    contentType: "text/plain; charset=utf-8",
    body: "/ui/\n",
    headers: { location: "/ui/" },
  });
  return [
    get("/", toUi),
    get("/ui", toUi),
    get("/ui/", () => (dashboard === undefined ? notBuiltPage() : fileAnswer(dashboard, "/ui/"))),
    ...(dashboard === undefined ? [] : [get("/ui/*", ({ path }) => fileAnswer(dashboard, path))]),
  ];
}

function fileAnswer(dashboard: DashboardFiles, path: string): AdminAnswer {
  const name = path.slice("/ui/".length) || "index.html";
  const file = dashboard.file(name);
  if (file === undefined) {
    return faultAnswer(path, { status: 404, code: "NOT_FOUND", message: "no such file of the dashboard" });
  }
  return {
    ...file,
    headers: {
      "content-security-policy": policy,
      ...(hashed.test(name) && { "cache-control": "public, max-age=31536000, immutable" }),
    },
  };
}
