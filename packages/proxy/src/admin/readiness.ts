import type { AdminAnswer } from "./server.ts";

/** One thing that has to hold before traffic should be sent here. */
export interface ReadinessCheck {
  readonly name: string;
  /** Undefined when it holds, else why it does not. */
  readonly failing: () => string | undefined;
}

/**
 * 200 while every check holds, 503 with the reasons otherwise; `?verbose` lists all checks as
 * JSON, with the same status.
 */
export function readiness(checks: readonly ReadinessCheck[], verbose: boolean): AdminAnswer {
  const results = checks.map(({ name, failing }) => ({ name, reason: failing() }));
  const failed = results.filter(({ reason }) => reason !== undefined);
  const status = failed.length === 0 ? 200 : 503;
  if (verbose) {
    const body = {
      ready: failed.length === 0,
      checks: results.map(({ name, reason }) => ({
        name,
        ok: reason === undefined,
        ...(reason && { reason }),
      })),
    };
    return { status, contentType: "application/json", body: `${JSON.stringify(body, undefined, 2)}\n` };
  }
  const lines = failed.length === 0 ? ["ready"] : failed.map(({ name, reason }) => `${name}: ${reason}`);
  return { status, contentType: "text/plain", body: `${lines.join("\n")}\n` };
}
