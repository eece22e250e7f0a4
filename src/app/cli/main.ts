// The door for people and scripts: one route for each command, and the only place that decides the exit code.
import { readFileSync } from "node:fs"
import { type Application, buildApplication, buildRouteMap, type Command, type RouteMap, run, text_en } from "@stricli/core"
import type { CliContext } from "./context.js"

export const version: string = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")).version

type RoutingTarget<C extends CliContext> = Command<C> | RouteMap<C>

/** Every command, in the order of the help. Each is loaded when it is asked for: starting must not cost what other commands need. */
const commands: Readonly<Record<string, () => Promise<RoutingTarget<CliContext>>>> = {
  hunt: async () => (await import("./hunt.js")).huntCommand,
  triage: async () => (await import("./triage.js")).triageRoutes,
  pivot: async () => (await import("./pivot.js")).pivotCommand,
  bulletin: async () => (await import("./bulletin.js")).bulletinRoutes,
  feed: async () => (await import("./feed.js")).feedRoutes,
  export: async () => (await import("./export.js")).exportCommand,
  index: async () => (await import("./index.js")).indexRoutes,
  seen: async () => (await import("./seen.js")).seenCommand,
  share: async () => (await import("./share.js")).shareCommand,
  serve: async () => (await import("./serve.js")).serveCommand,
  collection: async () => (await import("./collection.js")).collectionRoutes,
  collect: async () => (await import("./collect.js")).collectCommand,
  watch: async () => (await import("./watch.js")).watchCommand,
  inspect: async () => (await import("./inspect.js")).inspectCommand,
  report: async () => (await import("./report.js")).reportCommand,
  case: async () => (await import("./case.js")).caseRoutes,
  init: async () => (await import("./init.js")).initCommand,
  hunts: async () => (await import("./hunts.js")).huntsRoutes,
  doctor: async () => (await import("./doctor.js")).doctorCommand,
  gc: async () => (await import("./gc.js")).gcCommand,
  backup: async () => (await import("./backup.js")).backupCommand,
  restore: async () => (await import("./backup.js")).restoreCommand,
}

const docs = {
  brief: "Hunts the indicators of a CERT bulletin through a log archive, in place, and says what was and was not searched",
  fullDescription: [
    "Hunts the indicators of a CERT bulletin through a log archive, in place, and says what was and was not searched.",
    "",
    "Examples:",
    "  sillage bulletin show CERTFR-2021-IOC-003-IOC.csv",
    "  sillage hunt --bulletin CERTFR-2021-IOC-003-IOC.csv --since 2021-01-01 --until 2021-08-31 /archive/logs",
    "  sillage inspect /archive/logs",
    "  sillage index build /archive/logs && sillage seen 203.0.113.9",
    "",
    "Exit codes: 0 hits found, 1 everything searched and nothing found, 2 wrong invocation or fatal error,",
    "3 nothing found but not everything could be searched, 130 interrupted.",
  ].join("\n"),
}

/** The application with the one command that is asked for, or with all of them where that is not one: help, a slip of the pen. */
async function applicationFor(asked: string | undefined): Promise<Application<CliContext>> {
  // The version asks for no command; one stands in for all.
  const isVersion = asked === "--version" || asked === "-v"
  const names = asked !== undefined && Object.hasOwn(commands, asked) ? [asked] : isVersion ? ["init"] : Object.keys(commands)
  const loaded = await Promise.all(names.map(async (name) => [name, await commands[name]?.()] as const))
  return buildApplication(buildRouteMap({ routes: Object.fromEntries(loaded) as Record<string, RoutingTarget<CliContext>>, docs }), {
    name: "sillage",
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
    localization: { text: { ...text_en, exceptionWhileRunningCommand: (error) => `sillage: ${reasonOf(error)}` } },
  })
}

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
    if (error.code !== "EPIPE") process.stderr.write(`sillage: the output cannot be written: ${error.message}\n`)
    process.exit(error.code === "EPIPE" ? (outcome ?? 2) : 2)
  })
  await run(await applicationFor(inputs[0]), inputs, context)
  const shown = inputs.some((input) => ["--help", "-h", "--helpAll", "--help-all", "-H", "--version", "-v"].includes(input))
  process.exitCode = outcome ?? (shown && asked.exitCode === 0 ? 0 : 2)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return process.env.SILLAGE_DEBUG
    ? (error.stack ?? error.message)
    : `${error.message} (a fault of Sillage: set SILLAGE_DEBUG=1 for the stack)`
}
