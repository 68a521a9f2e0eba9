import type { JSX } from "preact";

import type { Route } from "../state/route.ts";
import { view } from "../state/traffic.ts";
import { Apis } from "./apis.tsx";
import { Brokers } from "./brokers.tsx";
import { ClientDetail } from "./client-detail.tsx";
import { Clients } from "./clients.tsx";
import { Config } from "./config.tsx";
import { ConnectionDetail } from "./connection-detail.tsx";
import { Connections } from "./connections.tsx";
import { EdgeDetail } from "./edge-detail.tsx";
import { GroupDetail } from "./group-detail.tsx";
import { Groups } from "./groups.tsx";
import { Layers } from "./layers.tsx";
import { Overview } from "./overview.tsx";
import { Tap } from "./tap.tsx";
import { TopicDetail } from "./topic-detail.tsx";
import { Topics } from "./topics.tsx";

/** What an address shows. */
export function View({ route: { view: name, path, query } }: { readonly route: Route }): JSX.Element {
  const [first = "", second = ""] = path;
  const isDetail = path.length >= 2;
  // These need no traffic.
  if (name === "config") return <Config />;
  if (name === "connections") return path.length > 0 ? <ConnectionDetail id={first} /> : <Connections />;
  if (name === "tap") return <Tap query={query} />;

  const traffic = view.value;
  if (traffic === undefined) return <p class="waiting muted">Waiting for the first figures …</p>;
  const detail = { view: traffic, listener: first, name: second };
  switch (name) {
    case "overview":
      return <Overview view={traffic} />;
    case "topics":
      return isDetail ? <TopicDetail {...detail} /> : <Topics view={traffic} />;
    case "clients":
      return isDetail ? <ClientDetail {...detail} /> : <Clients view={traffic} />;
    case "groups":
      return isDetail ? <GroupDetail {...detail} /> : <Groups view={traffic} />;
    case "brokers":
      return <Brokers view={traffic} />;
    case "apis":
      return <Apis view={traffic} />;
    case "layers":
      return <Layers view={traffic} />;
    case "edge":
      return <EdgeDetail view={traffic} path={path} />;
    default:
      return name satisfies never;
  }
}
