import type { ToolName } from "../../scripts/kafka/tool-classes.ts";
import type { Route } from "./route.ts";

/** Runs one of Kafka's own tools against the route, and answers what it printed. */
export function javaOn(route: Route) {
  return (tool: ToolName, args: string, input = ""): Promise<string> => {
    const server = ["--bootstrap-server", route.bootstrap];
    const [first = "", ...others] = args.split(" ");
    // Where there is an action it comes first.
    const all = first.startsWith("-") ? [...server, first, ...others] : [first, ...server, ...others];
    return route.tools.run(tool, all, { input });
  };
}

/** The lines of a tool's output that say something, as the cells of a table. */
export function rowsOf(output: string): string[][] {
  return linesOf(output).map((line) => line.trim().split(/\s+/));
}

export function linesOf(output: string): string[] {
  return output.split("\n").filter((line) => line.trim() !== "");
}
