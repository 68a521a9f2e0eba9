import type { ToolName } from "../../scripts/kafka/tool-classes.ts";
import type { Route } from "./route.ts";

/** Runs one of Kafka's own tools against the route, and answers what it printed. */
export function javaOn(route: Route) {
  return (tool: ToolName, args: string, input = ""): Promise<string> => {
    const server = ["--bootstrap-server", route.bootstrap];
    const [first = "", ...others] = args === "" ? [] : args.split(" ");
    // This one asks for the action first, others for the address.
    const all = tool === "cluster" ? [first, ...server, ...others] : [...server, first, ...others];
    return route.tools.run(
      tool,
      all.filter((each) => each !== ""),
      { input },
    );
  };
}

/** The lines of a tool's output that say something, as the cells of a table. */
export function rowsOf(output: string): string[][] {
  return tidyLinesOf(output).map((line) => line.split(" "));
}

/** The lines that say something, with one space in the place of several. */
export function tidyLinesOf(output: string): string[] {
  return linesOf(output).map((line) => line.trim().replaceAll(/\s+/g, " "));
}

/** The lines that say something, as they are. */
export function linesOf(output: string): string[] {
  return output.split("\n").filter((line) => line.trim() !== "");
}
