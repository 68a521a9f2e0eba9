import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { SearchDialog } from "./components/search-dialog.tsx";
import { StreamStatus } from "./components/stream-status.tsx";
import { Tiles } from "./components/tiles.tsx";
import { TokenDialog } from "./components/token-dialog.tsx";
import { TopBar } from "./components/top-bar.tsx";
import { hrefOf } from "./state/route.ts";
import type { ViewName } from "./state/route.ts";
import { route } from "./state/signals.ts";
import { view } from "./state/traffic.ts";
import { View } from "./views/view.tsx";

const tabs: readonly (readonly [ViewName, string])[] = [
  ["overview", "Overview"],
  ["topics", "Topics"],
  ["clients", "Clients"],
  ["groups", "Groups"],
  ["brokers", "Brokers"],
  ["apis", "APIs"],
  ["layers", "Layers"],
  ["connections", "Connections"],
  ["tap", "Tap"],
  ["config", "Config"],
];

export function App(): JSX.Element {
  const [searching, setSearching] = useState(false);
  const here = route.value;
  const main = useRef<HTMLElement>(null);
  const key = [here.view, ...here.path].join("/");
  const before = useRef(key);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setSearching(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  useEffect(() => {
    const name = tabs.find(([each]) => each === here.view)?.[1] ?? "Edge";
    document.title = `${[here.path.at(-1), name].filter(Boolean).join(" · ")} · Pagoda`;
    if (before.current !== key) {
      before.current = key;
      // Whoever reads or steps by keyboard goes on at the new view.
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }, [key]);

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the view
      </a>
      <TopBar onSearch={() => setSearching(true)} />
      <nav class="tabs" aria-label="Views">
        {tabs.map(([name, text]) => (
          <a key={name} href={hrefOf(name)} aria-current={here.view === name ? "page" : undefined}>
            {text}
            {name === "overview" && <ProblemCount />}
          </a>
        ))}
      </nav>
      <StreamStatus />
      <main ref={main} id="main" tabIndex={-1} data-view={here.view}>
        {view.value !== undefined && <Tiles view={view.value} />}
        <View key={key} route={here} />
      </main>
      <SearchDialog open={searching} onClose={() => setSearching(false)} />
      <TokenDialog />
    </>
  );
}

function ProblemCount(): JSX.Element | null {
  const count = view.value?.problems.length ?? 0;
  if (count === 0) return null;
  return (
    <span class="count">
      {count}
      <span class="sr"> problems</span>
    </span>
  );
}
