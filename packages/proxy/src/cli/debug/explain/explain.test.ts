import { apis, kafkaErrorOf, kafkaErrors } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { documented, runCommand } from "../../../../test/support/run-command.ts";
import { explainCommand } from "./command.ts";
import { adviceOn, advisedErrors } from "./error-advice.ts";
import { apiFacts } from "./api-facts.ts";
import { explain } from "./find-subject.ts";

describe("pagoda explain", () => {
  const examples = documented("explain");

  it("has examples in the documentation", () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
  });

  it.each(examples)("prints what the documentation shows for $args", async ({ args, prints }) => {
    expect(await runCommand(explainCommand, args)).toEqual({ code: 0, out: prints });
  });

  it.each(kafkaErrors.map(({ code, name }) => [code, name] as const))(
    "explains error %i (%s) by code and by name",
    async (code, name) => {
      const { out } = await runCommand(explainCommand, [String(code)]);
      expect(out.startsWith(`${name} (error code ${code}, `)).toBe(true);
      for (const label of ["MEANS", "CLIENTS", "LOOK AT"])
        expect(out).toMatch(new RegExp(`^${label} +\\S`, "m"));
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
      expect(explain(name)).toMatchObject({ kind: "error", code });
    },
  );

  it.each(Object.values(apis).map((api) => [api.name, api.key] as const))(
    "explains API %s",
    async (name, key) => {
      const { out } = await runCommand(explainCommand, [name]);
      expect(out.startsWith(`${name} (API key ${key})\n`)).toBe(true);
      const { out: json } = await runCommand(explainCommand, [name, "-o", "json"]);
      expect(JSON.parse(json)).toMatchObject({
        kind: "api",
        key,
        request: { name: `${name}Request` },
        response: { name: `${name}Response` },
      });
    },
  );

  it("has advice of its own for the errors that people meet", () => {
    expect(advisedErrors.length).toBeGreaterThanOrEqual(60);
    const errors = new Set(Object.values(apiFacts).flatMap((facts) => facts.errors));
    expect([...errors].filter((name) => adviceOn(explainable(name)).look.length === 0)).toEqual([]);
  });

  it("says of an error without advice of its own what class it is of", () => {
    expect(adviceOn(explainable("VOTER_NOT_FOUND"))).toMatchObject({
      means: expect.stringContaining("Brokers and controllers"),
      clients: expect.stringContaining("do not try again"),
    });
    expect(adviceOn(explainable("SHARE_SESSION_NOT_FOUND"))).toMatchObject({
      means: expect.stringContaining("share groups"),
      clients: expect.stringContaining("try again by themselves"),
    });
  });

  it("says of a number which API has it too", () => {
    expect(explain("0")).toMatchObject({ kind: "error", name: "NONE", apiOfThatKey: "Produce" });
    expect(explain("-1")).toMatchObject({ name: "UNKNOWN_SERVER_ERROR" });
    expect(explain("-1")).not.toHaveProperty("apiOfThatKey");
  });

  it.each(["not_leader_or_follower", "NotLeaderOrFollowerException", "not-leader-or-follower"])(
    "takes %s",
    (name) => {
      expect(explain(name)).toMatchObject({ code: 6 });
    },
  );

  it.each(["produce", "ProduceRequest", "ProduceResponse"])("takes %s", (name) => {
    expect(explain(name)).toMatchObject({ kind: "api", key: 0 });
  });

  it.each([
    [
      "NOT_LEDER_OR_FOLLOWER",
      '" is neither an error nor an API of Kafka - did you mean NOT_LEADER_OR_FOLLOWER?',
    ],
    ["notleader", " - did you mean NOT_LEADER_OR_FOLLOWER?"],
    ["Fetchh", " - did you mean Fetch?"],
    ["500", "no error known here has code 500: they go from -1 to 133"],
    ["qqqqqqqqqq", '"qqqqqqqqqq" is neither an error nor an API of Kafka'],
  ])("refuses %s with a suggestion", async (name, words) => {
    await expect(runCommand(explainCommand, [name])).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(words),
    });
  });

  it.each([[[]], [["6", "7"]], [["6", "-o", "yaml"]], [["--nope"]]])("refuses %j", async (args) => {
    await expect(runCommand(explainCommand, args)).rejects.toMatchObject({ code: "USAGE" });
  });

  it("prints its help", async () => {
    const { code, out } = await runCommand(explainCommand, ["--help"]);
    expect(code).toBe(0);
    expect(out).toContain("pagoda explain ERROR|CODE|API");
  });
});

function explainable(name: (typeof kafkaErrors)[number]["name"]): (typeof kafkaErrors)[number] {
  const error = kafkaErrors.find((one) => one.name === name);
  const known = error ?? kafkaErrorOf(0);
  if (!known.known) throw new Error(name);
  return known;
}
