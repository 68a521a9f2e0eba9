import { computed, effect, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Window } from "@pagoda/traffic/view";

import { parseRoute } from "./route.ts";
import type { Route } from "./route.ts";

export const windows: readonly Window[] = ["10s", "1m", "15m"];

/** How far back rates look; kept for this tab. */
export const window$: Signal<Window> = signal(
  windows.find((each) => each === sessionStorage.getItem("pagoda-window")) ?? "1m",
);
effect(() => sessionStorage.setItem("pagoda-window", window$.value));

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

/** Where somebody is. */
export const route: ReadonlySignal<Route> = computed(() => parseRoute(hash.value));

/** Changes the address without a step in the history of the browser. */
export function replaceHash(href: string): void {
  history.replaceState(null, "", href);
  hash.value = href;
}

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** Kept for this browser. */
export const theme: Signal<Theme> = signal(
  themes.find((each) => each === localStorage.getItem("pagoda-theme")) ?? "auto",
);
effect(() => {
  localStorage.setItem("pagoda-theme", theme.value);
  document.documentElement.dataset["theme"] = theme.value;
});

/** Once a second, for what is told as an age. Unix milliseconds. */
export const now: Signal<number> = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 1_000);
