// The door for people and scripts: one route for each command, and the only place that decides the exit code.
import { readFileSync } from "node:fs"
import { buildApplication, buildRouteMap, run, text_en } from "@stricli/core"
import { bulletinRoutes } from "./bulletin.js"
import type { CliContext } from "./context.js"
import { feedRoutes } from "./feed.js"
import { huntCommand } from "./hunt.js"
import { inspectCommand } from "./inspect.js"
import { pivotCommand } from "./pivot.js"

export const version: string = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")).version

const routes = buildRouteMap<"hunt" | "pivot" | "bulletin" | "feed" | "inspect", CliContext>({
  routes: { hunt: huntCommand, pivot: pivotCommand, bulletin: bulletinRoutes, feed: feedRoutes, inspect: inspectCommand },
  docs: {
    brief: "Hunts the indicators of a CERT bulletin through a log archive, in place, and says what was and was not searched",
    fullDescription: [
      "Hunts the indicators of a CERT bulletin through a log archive, in place, and says what was and was not searched.",
      "",
      "Examples:",
      "  sillage bulletin show CERTFR-2021-IOC-003-IOC.csv",
      "  sillage hunt --bulletin CERTFR-2021-IOC-003-IOC.csv --since 2021-01-01 --until 2021-08-31 /archive/logs",
      "  sillage inspect /archive/logs",
      "",
      "Exit codes: 0 hits found, 1 everything searched and nothing found, 2 wrong invocation or fatal error,",
      "3 nothing found but not everything could be searched, 130 interrupted.",
    ].join("\n"),
  },
})

const app = buildApplication(routes, {
  name: "sillage",
  versionInfo: { currentVersion: version },
  scanner: { caseStyle: "allow-kebab-for-camel" },
  documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
  localization: { text: { ...text_en, exceptionWhileRunningCommand: (error) => `sillage: ${reasonOf(error)}` } },
})

/** Runs one invocation; sets the exit code of the process. Only help, version and a command's own outcome may end below 2. */
export async function main(inputs: readonly string[]): Promise<void> {
  let outcome: number | undefined
  const asked = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    exitCode: undefined as number | string | null | undefined,
  }
  const context: CliContext = {
    process: asked,
    version,
    end(code) {
      outcome = code
    },
  }
  // A reader that went away (`| head`) ends the output, not the hunt's correctness.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(outcome ?? 2)
    throw error
  })
  await run(app, inputs, context)
  const shown = inputs.some((input) => ["--help", "-h", "--helpAll", "--help-all", "-H", "--version", "-v"].includes(input))
  process.exitCode = outcome ?? (shown && asked.exitCode === 0 ? 0 : 2)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return process.env.SILLAGE_DEBUG
    ? (error.stack ?? error.message)
    : `${error.message} (a fault of Sillage: set SILLAGE_DEBUG=1 for the stack)`
}
