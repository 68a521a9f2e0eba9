import type { GroupRow } from "@pagoda/traffic/view";

import type { Column } from "../../output/table.ts";
import { age, none, rate } from "../../output/units.ts";
import { lagTime, listed } from "./cells.ts";

/** Of `stat groups`. @param now Unix milliseconds */
export function groupColumns(now: number): readonly Column<GroupRow>[] {
  return [
    { title: "GROUP", cell: ({ group }) => group, cuts: true },
    { title: "LISTENER", cell: ({ listener }) => listener, wide: true },
    {
      title: "STATE",
      cell: ({ state }) => ({ text: state, health: state.endsWith("Rebalance") ? "warning" : undefined }),
    },
    { title: "PROTOCOL", cell: ({ protocol }) => protocol, drop: 2 },
    { title: "MEMBERS", cell: ({ members }) => String(members.length), drop: 3 },
    { title: "TOPICS", cell: ({ topics }) => listed(topics.map(({ topic }) => topic)), cuts: true, drop: 4 },
    { title: "LAG", cell: ({ lag }) => (lag === null ? none : String(lag.records)) },
    { title: "LAG_TIME", cell: ({ lag }) => lagTime(lag) },
    { title: "COMMITS/S", cell: ({ commitsPerSecond }) => rate(commitsPerSecond), drop: 1 },
    { title: "REBALANCES(1h)", cell: ({ rebalances }) => String(rebalances), drop: 5 },
    { title: "LAST", cell: ({ lastRebalance }) => lastOf(lastRebalance, now) },
    { title: "LAG_CLOCK", cell: ({ lag }) => lag?.clock ?? none, wide: true },
    { title: "MEMBER_CLIENTS", cell: ({ members }) => listed(clientsOf(members)), wide: true },
  ];
}

function lastOf(last: GroupRow["lastRebalance"], now: number): string {
  return last === null ? none : `${last.trigger} ${age(last.at, now)} ago`;
}

function clientsOf(members: GroupRow["members"]): readonly string[] {
  return [...new Set(members.map(({ client }) => client))];
}
