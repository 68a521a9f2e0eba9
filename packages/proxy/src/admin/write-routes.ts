import { logLevels } from "../log.ts";
import type { LogLevel } from "../log.ts";
import type { ReloadResult } from "../runtime/reloader.ts";
import { faultAnswer } from "./fault-answer.ts";
import { jsonAnswer } from "./route.ts";
import type { AdminAnswer, AdminRoute } from "./route.ts";

/** What callers may have done. Where a part is left out, so is its route. */
export interface WriteParts {
  /** Reads the configuration again. */
  readonly reload?: () => Promise<ReloadResult>;
  /** Starts the end of this process in order, if it has not begun. It is not waited for. */
  readonly startDrain?: () => void;
  readonly setLogLevel?: (level: LogLevel) => void;
}

/** The routes that change something. */
export function writeRoutes({ reload, startDrain, setLogLevel }: WriteParts): readonly AdminRoute[] {
  const routes: AdminRoute[] = [];
  const post = (path: string, handler: AdminRoute["handler"]): void => {
    routes.push({ method: "POST", path, handler });
  };

  if (reload) {
    post("/api/reload", async () => {
      const result = await reload();
      return jsonAnswer(result, result.outcome === "rejected" ? 422 : 200);
    });
  }
  if (startDrain) {
    post("/api/drain", () => {
      startDrain();
      return jsonAnswer({ state: "draining" }, 202);
    });
  }
  if (setLogLevel) post("/api/loglevel", ({ path, body }) => changeLevel(path, body, setLogLevel));
  return routes;
}

/** `{"level":"debug"}` */
function changeLevel(path: string, body: unknown, setLogLevel: (level: LogLevel) => void): AdminAnswer {
  const asked: unknown =
    typeof body === "object" && body !== null && "level" in body ? body.level : undefined;
  const level = logLevels.find((each) => each === asked);
  if (level === undefined) {
    const message = `post {"level": ...}, one of ${logLevels.join(", ")}`;
    return faultAnswer(path, { status: 400, code: "BODY_LEVEL", message });
  }
  setLogLevel(level);
  return jsonAnswer({ level });
}
