import type { Context } from "../context.ts";

/** Resolves after `ms` milliseconds; rejects with the reason as soon as `cx` is cancelled. */
export function sleep(ms: number, cx: Context): Promise<void> {
  if (cx.reason !== undefined) return Promise.reject(cx.reason);
  return new Promise((resolve, reject) => {
    const stop = cx.onCancel((reason) => {
      clearTimeout(timer);
      reject(reason);
    });
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, ms);
  });
}
