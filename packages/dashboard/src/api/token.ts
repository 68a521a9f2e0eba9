import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";

/** Of this tab: gone when it is closed. */
const storageKey = "pagoda-admin-token";

const needed = signal(false);
const waiting = new Set<() => void>();

/** Whether somebody has to give the token. */
export const tokenNeeded: ReadonlySignal<boolean> = needed;

export function token(): string | null {
  return sessionStorage.getItem(storageKey);
}

/** The server did not take the token that was shown, or asked for one. */
export function askForToken(): void {
  needed.value = true;
}

/** Keeps the token for this tab, and lets whoever waits for one go on. */
export function giveToken(given: string): void {
  sessionStorage.setItem(storageKey, given);
  needed.value = false;
  for (const go of waiting) go();
  waiting.clear();
}

/** Resolves when a token is given, or the signal aborts. */
export async function tokenGiven(signal: AbortSignal): Promise<void> {
  if (!needed.value || signal.aborted) return;
  await new Promise<void>((resolve) => {
    waiting.add(resolve);
    signal.addEventListener(
      "abort",
      () => {
        waiting.delete(resolve);
        resolve();
      },
      { once: true },
    );
  });
}
