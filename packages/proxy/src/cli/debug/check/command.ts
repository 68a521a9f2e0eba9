import { readFile } from "node:fs/promises";
import { messageOf } from "@pagoda/core";
import { plain, scram } from "@pagoda/kafka";
import type { BeginSasl } from "@pagoda/kafka";
import { clientTls } from "@pagoda/tcp";
import type { ClientTls } from "@pagoda/tcp";

import { exitCodes, UsageError } from "../../exit.ts";
import { FlagReader } from "../../flag-reader.ts";
import { readFlags } from "../../flags.ts";
import type { FlagValues } from "../../flags.ts";
import { aboutCheck, checkFlags as flags, mechanisms } from "../about.ts";
import { helpOf, outputOf, processIo } from "../command.ts";
import type { DebugCommand } from "../command.ts";
import { check } from "./check.ts";
import type { CheckOptions } from "./check.ts";
import { formatFinding } from "./finding.ts";

/** `pagoda check`: why can't a client connect? */
export const checkCommand: DebugCommand = {
  ...aboutCheck,
  async run(args, { stdout } = processIo) {
    const given = readFlags("check", flags, args);
    if (given.help !== undefined) {
      stdout.write(helpOf(checkCommand));
      return exitCodes.ok;
    }
    const output = outputOf("check", given.output);
    const options = await optionsOf(given);
    const findings = await check(options, (finding) => {
      if (output === "text") stdout.write(`${formatFinding(finding)}\n`);
    });
    const ok = findings.every(({ status }) => status !== "failed");
    if (output === "json") stdout.write(`${JSON.stringify({ ok, findings }, null, 2)}\n`);
    return ok ? exitCodes.ok : exitCodes.runtime;
  },
};

async function optionsOf(given: FlagValues<typeof flags>): Promise<CheckOptions> {
  const faults: string[] = [];
  const reader = new FlagReader(given, faults);
  const bootstrap = reader.endpoints("bootstrap") ?? [];
  const mechanism = reader.oneOf("sasl-mechanism", mechanisms);
  const timeoutMs = reader.duration("timeout") ?? 5_000;
  const username = reader.text("sasl-username");
  const passwordFile = reader.text("sasl-password-file");
  if (given.bootstrap === undefined) faults.push("--bootstrap HOST:PORT is needed");
  if (bootstrap.some(({ port }) => port === 0)) faults.push("--bootstrap: port 0 cannot be connected to");
  const sasl = [given["sasl-mechanism"], username, passwordFile];
  if (sasl.includes(undefined) && sasl.some((one) => one !== undefined)) {
    faults.push("--sasl-mechanism, --sasl-username and --sasl-password-file belong together");
  }
  if (faults.length > 0) throw new UsageError(`${faults.join("; ")} (see: pagoda check --help)`);
  const login =
    mechanism === undefined || username === undefined || passwordFile === undefined
      ? undefined
      : loginBy(mechanism, username, await passwordIn(passwordFile));
  return { bootstrap, timeoutMs, login, tls: await tlsOf(given) };
}

async function tlsOf(given: FlagValues<typeof flags>): Promise<ClientTls | undefined> {
  const file = given["tls-ca"];
  if (given.tls === undefined && file === undefined) return undefined;
  try {
    return await clientTls({ reloadEveryMs: 0, ...(file !== undefined && { ca: { file } }) });
  } catch (error) {
    throw new UsageError(`--tls-ca: ${messageOf(error)}`, { cause: error });
  }
}

async function passwordIn(file: string): Promise<string> {
  try {
    // A line end at the end is the editor's, not the password's.
    return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  } catch (error) {
    throw new UsageError(`--sasl-password-file: ${messageOf(error)}`, { cause: error });
  }
}

function loginBy(mechanism: (typeof mechanisms)[number], username: string, password: string): BeginSasl {
  if (mechanism === "PLAIN") return plain({ username, password });
  const hash = mechanism === "SCRAM-SHA-256" ? "SHA-256" : "SHA-512";
  return scram({ hash, username, password });
}
