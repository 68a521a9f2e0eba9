import { useEffect, useState } from "preact/hooks";

import { AnswerError, request } from "../api/request.ts";
import { tokenGiven } from "../api/token.ts";

/** What was answered last, and why there is nothing newer. */
export interface Polled<T> {
  readonly value?: T;
  readonly problem?: string;
}

/** Asks for `path` now and every `everyMs` (0 for once), while the component is shown. */
export function usePolled<T>(path: string, everyMs: number, as: "json" | "text" = "json"): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({});
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      let waitMs = everyMs;
      try {
        const response = await request(path, signal);
        setPolled({ value: (await (as === "json" ? response.json() : response.text())) as T });
      } catch (error) {
        if (signal.aborted) return;
        const missing = error instanceof AnswerError && error.status === 404;
        const problem = missing ? "This proxy does not tell it." : (error as Error).message;
        setPolled((before) => ({ ...before, problem }));
        await tokenGiven(signal);
        waitMs = Math.max(everyMs, 3_000);
      }
      if (waitMs > 0 && !signal.aborted) timer = setTimeout(() => void ask(), waitMs);
    };
    void ask();
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [path, everyMs, as]);
  return polled;
}
