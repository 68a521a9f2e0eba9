import { expect, it } from "vitest";

import { commandFor } from "./command.ts";
import { parseRoute } from "./route.ts";

const here = "http://127.0.0.1:9190";

it.each([
  ["#/topics", "pagoda stat topics -t 1m"],
  ["#/topics/main/orders", "pagoda tap --topic orders"],
  ["#/overview", "pagoda edges -t 1m"],
  ["#/connections/7", "pagoda tap --conn 7 --diagram mermaid"],
  ["#/tap?api=Produce&slowerThanMs=20", "pagoda tap --api Produce --slow 20ms"],
  [
    "#/edge/produce/client/checkout/topic/orders",
    "pagoda tap --api Produce --topic orders --client checkout",
  ],
])("shows %s as `%s`", (hash, command) => {
  expect(commandFor(parseRoute(hash), "1m", here)).toBe(command);
});

it("quotes names that a shell would take for something else", () => {
  const route = { view: "topics", path: ["main", "a'; rm -rf $HOME"], query: {} } as const;
  expect(commandFor(route, "1m", here)).toBe(String.raw`pagoda tap --topic 'a'\''; rm -rf $HOME'`);
});

it("says which proxy, unless it is where the command line looks", () => {
  expect(commandFor(parseRoute("#/groups"), "15m", "http://10.0.0.7:9190")).toBe(
    "pagoda stat groups -t 15m --admin http://10.0.0.7:9190",
  );
});
