import type { JSX } from "preact";

import type { ReadyAnswer, VersionAnswer } from "../api/shapes.ts";
import { duration } from "../format/figures.ts";
import { usePolled } from "../state/polled.ts";
import { now, theme, themes, window$, windows } from "../state/signals.ts";
import { paused, view } from "../state/traffic.ts";

/** What the proxy is and does, and what is shown of it. */
export function TopBar({ onSearch }: { readonly onSearch: () => void }): JSX.Element {
  const { value: version } = usePolled<VersionAnswer>("version", 60_000);
  const startedAt = view.value?.startedAt;
  return (
    <header class="top">
      <a class="brand" href="#/overview" aria-label="Pagoda, overview">
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <path d="M16 3l11 7H5zM7 12h18l2 5H5zM9 19h14l3 6H6zM11 27h10v3H11z" />
        </svg>
        pagoda
      </a>
      <Readiness />
      <span class="muted num top-facts">
        {version === undefined ? "" : `v${version.version}`}
        {startedAt === undefined ? "" : ` · up ${duration(Math.max(0, now.value - startedAt))}`}
      </span>
      <span class="spring" />
      <fieldset class="segments">
        <legend class="sr">Window of rates</legend>
        {windows.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="window"
              checked={window$.value === each}
              onChange={() => {
                window$.value = each;
              }}
            />
            <span>{each}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        aria-pressed={paused.value}
        onClick={() => {
          paused.value = !paused.value;
        }}
      >
        {paused.value ? "▶ Resume" : "❚❚ Pause"}
      </button>
      <button type="button" class="search-open" aria-keyshortcuts="Control+K Meta+K" onClick={onSearch}>
        Search <kbd>Ctrl K</kbd>
      </button>
      <button
        type="button"
        aria-label={`Colours: ${theme.value}. Change`}
        title={`Colours: ${theme.value}`}
        onClick={() => {
          theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? "auto";
        }}
      >
        <span aria-hidden="true">{{ auto: "◐", light: "☀", dark: "☾" }[theme.value]}</span>
      </button>
    </header>
  );
}

function Readiness(): JSX.Element {
  const { value } = usePolled<ReadyAnswer>("ready?verbose", 5_000);
  const failing = value?.checks.filter(({ ok }) => !ok) ?? [];
  const reasons = failing.map(({ name, reason = "failing" }) => `${name}: ${reason}`).join("; ");
  const text = value === undefined ? "…" : value.ready ? "serving" : reasons;
  return (
    <span class="readiness" title={reasons || undefined}>
      <span
        class={`dot ${value === undefined ? "" : value.ready ? "dot-ok" : "dot-bad"}`}
        aria-hidden="true"
      />
      {text}
    </span>
  );
}
