// `sillage watch`: the hunt over what arrives, told at once, until it is stopped.
import { stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { buildCommand } from "@stricli/core"
import { initWorkspace, type StateStore, type Workspace, watchFolder } from "../../hits/store/workspace.js"
import { Watch, type WatchStatus } from "../../hunt/watch.js"
import type { Indicator } from "../../model/indicator.js"
import { type Problem, UsageError } from "../../model/problem.js"
import { createRoleContext } from "../../sources/roles.js"
import { parseZone } from "../../sources/time/resolve.js"
import type { AlertOutput } from "../deliver/alert-output.js"
import { alertTargets, fileOfTarget, outputOf } from "../deliver/alert-target.js"
import { stdoutOutput } from "../deliver/ndjson-output.js"
import { Outbox } from "../deliver/outbox.js"
import { openStatusEndpoint } from "../deliver/status-endpoint.js"
import { terminalOutput } from "../deliver/terminal-output.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"
import { pollFeeds } from "./watch-feeds.js"
import { type InputFlags, openInputs } from "./watch-inputs.js"
import { lockWatch } from "./watch-lock.js"
import { boundMemory } from "./watch-memory.js"

interface WatchFlags extends InputFlags, WorkspaceFlags {
  readonly bulletin?: readonly string[]
  readonly indicator?: readonly string[]
  readonly tz?: string
  readonly own?: readonly string[]
  readonly trustedProxy?: readonly string[]
  readonly alert?: readonly string[]
  readonly window?: number
  readonly feeds?: number
  readonly listen?: string
  readonly once?: boolean
  readonly resend?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

const text = (input: string): string => input

const many = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: text, variadic: true, optional: true, brief, placeholder }) as const
const one = (brief: string, placeholder: string) => ({ kind: "parsed", parse: text, optional: true, brief, placeholder }) as const
const yes = (brief: string) => ({ kind: "boolean", optional: true, withNegated: false, brief }) as const

export const watchCommand = buildCommand<WatchFlags, string[], CliContext>({
  docs: {
    brief: "Search logs as they are written, and tell at once",
    fullDescription: [
      "Follows files and folders through rotation, truncation and compression, and what comes by syslog, pipe or journal, and searches it",
      "for every indicator of the workspace. What is there at the first start is searched from its beginning. A bulletin that is added or",
      "revised takes effect at once, and its new indicators are searched for in what was there before. A restart goes on where the last",
      "run stopped: nothing is lost, and nothing told twice but what a crash caught on its way to a receiver, with the same id.",
      "",
      "Examples:",
      "  sillage watch /var/log",
      "  sillage watch /var/log --alert file:/var/lib/sillage/alerts.ndjson --listen 127.0.0.1:9464",
      "  sillage watch --syslog udp://127.0.0.1:5514 --alert cef+tls://siem.example:6514",
      "  sillage watch --nats 'nats://127.0.0.1:4222/logs.>'",
      "  journalctl -f -o short-iso | sillage watch --stdin --json",
      "  sillage watch --once /var/log                       (from cron)",
      "",
      "Targets of --alert:",
      ...alertTargets.map(([form, what]) => `  ${form.padEnd(36)}${what}`),
      "",
      "Exit codes: 0 stopped when asked; with --once: 0 alerts, 1 everything searched and nothing found, 3 nothing found but not",
      "everything could be searched; with --resend: 0 all of it taken, 3 not all; 2 wrong invocation or fatal error.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      workspace: workspaceFlag,
      bulletin: many("Bulletin beside those of the workspace (repeatable)", "FILE"),
      indicator: many("A value, defanged or not, or TYPE=VALUE (repeatable)", "VALUE"),
      syslog: many("Listen for syslog: udp://, tcp:// or tls://ADDRESS:PORT (repeatable)", "URL"),
      tlsCert: one("PEM certificate of a tls:// listener", "FILE"),
      tlsKey: one("PEM key of a tls:// listener", "FILE"),
      tlsCa: one("PEM authority whose clients a tls:// listener accepts", "FILE"),
      nats: many("Search the lines published on a NATS subject: nats:// or tls://HOST:4222/SUBJECT (repeatable)", "URL"),
      stdin: yes("Search standard input as it comes"),
      journald: yes("Follow the system's journal (runs journalctl)"),
      alert: many("Where alerts go beside stdout (repeatable); see above", "TARGET"),
      window: { kind: "parsed", parse: minutes, optional: true, brief: "Minutes that one alert sums up [default: 15]", placeholder: "MIN" },
      feeds: {
        kind: "parsed",
        parse: minutes,
        optional: true,
        brief: "Pull the feeds of the workspace every so many minutes",
        placeholder: "MIN",
      },
      listen: one("Health and Prometheus metrics on this loopback address", "HOST:PORT"),
      once: yes("Search what is there, then end"),
      resend: yes("Search nothing: send once more to --alert what it refused for good and was put aside"),
      tz: one("Zone of stamps that state none (Europe/Paris, +02:00); unknown if absent", "ZONE"),
      own: many("Own network beside the private ones (repeatable)", "CIDR"),
      trustedProxy: many("Proxy whose X-Forwarded-For is believed (repeatable)", "CIDR"),
      json: yes("NDJSON on stdout: alert, echo, problem"),
      quiet: yes("No status on stderr"),
    },
    positional: { kind: "array", parameter: { parse: text, brief: "Files and folders to follow", placeholder: "PATH" } },
  },
  func(this: CliContext, flags: WatchFlags, ...paths: string[]): Promise<void> {
    return guarded(this, () => runWatch(flags, paths, this.version))
  },
})

/** The readers of bulletins are loaded for this alone: a watch runs for months, and its memory is bounded. */
async function givenIndicators(flags: WatchFlags) {
  if (!flags.bulletin?.length && !flags.indicator?.length) return undefined
  const { readIndicators } = await import("./read-indicators.js")
  return await readIndicators(flags)
}

async function runWatch(flags: WatchFlags, paths: readonly string[], version: string): Promise<number> {
  const memory = boundMemory()
  try {
    return await watchWith(flags, paths, version)
  } finally {
    memory.release()
  }
}

/** Pages of its two databases, each. */
const cacheBytes = 2 * 1024 * 1024

async function watchWith(flags: WatchFlags, paths: readonly string[], version: string): Promise<number> {
  const context = { own: flags.own ?? [], trustedProxies: flags.trustedProxy ?? [] }
  createRoleContext(context)
  const tz = zoneOf(flags.tz)
  if (flags.resend) return await resendWith(flags, version)
  await mustBeFollowable(paths, flags)
  const given = await givenIndicators(flags)
  const outputs = [flags.json ? stdoutOutput() : terminalOutput(hasColor()), ...(await alertOutputs(flags, version))]
  return await inWorkspace(
    flags,
    async (workspace) => {
      // A file of its own: another process that adds a million indicators holds the workspace's for seconds.
      const own = initWorkspace(watchFolder(workspace.dir), { cacheBytes })
      const lock = lockWatch(own.state)
      try {
        const told = teller(flags)
        for (const problem of given?.problems ?? []) told.problem(problem)
        const session = { flags, paths, outputs, given: given?.indicators ?? [], told, ...context, ...(tz === undefined ? {} : { tz }) }
        return await watchIn(workspace, own.state, session)
      } finally {
        lock.release()
        own.close()
      }
    },
    { cacheBytes },
  )
}

async function resendWith(flags: WatchFlags, version: string): Promise<number> {
  const outputs = await alertOutputs(flags, version)
  const { resend } = await import("./watch-resend.js")
  return await inWorkspace(flags, async (workspace) => {
    const own = initWorkspace(watchFolder(workspace.dir), { cacheBytes })
    const lock = lockWatch(own.state)
    try {
      return await resend(own.state, outputs, (message) => teller(flags).problem({ code: "unreadable", where: "alerts", message }))
    } finally {
      lock.release()
      own.close()
    }
  })
}

async function alertOutputs(flags: WatchFlags, version: string): Promise<readonly AlertOutput[]> {
  return await Promise.all((flags.alert ?? []).map((target) => outputOf(target, { version, env: process.env })))
}

interface Session {
  readonly flags: WatchFlags
  readonly paths: readonly string[]
  readonly outputs: readonly AlertOutput[]
  readonly given: readonly Indicator[]
  readonly told: Teller
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly tz?: string
}

const closeMs = 3000
const releaseEveryMs = 5000

async function watchIn(workspace: Workspace, state: StateStore, session: Session): Promise<number> {
  const { flags, told, given } = session
  const stop = new AbortController()
  const inputs = await openInputs(workspace.dir, flags, (where, message) => told.problem({ code: "unreadable", where, message }))
  const onlyPipe = flags.stdin === true && session.paths.length === 0 && !flags.syslog?.length && !flags.nats?.length
  const outbox = new Outbox(state, session.outputs, {
    problem: (message) => told.problem({ code: "unreadable", where: "alerts", message }),
  })
  const watch = new Watch({
    paths: [...session.paths, ...Object.keys(inputs.shownAs)],
    source: { workspace: workspace.dir, given },
    revision: () => workspace.bulletins.revision(),
    own: session.own,
    trustedProxies: session.trustedProxies,
    ...(session.tz === undefined ? {} : { tz: session.tz }),
    state,
    windowMs: (flags.window ?? 15) * 60_000,
    tail: { exclude: [workspace.dir, ...ownFiles(flags)], shownAs: inputs.shownAs },
    tell: (step) => outbox.put(step),
    told: () => outbox.wake(),
    problem: told.problem,
    signal: stop.signal,
    isLast: () => (flags.once || onlyPipe) && !inputs.isOpen,
  })
  const end = stopOnSignal(stop)
  const feeds = flags.feeds === undefined ? undefined : pollFeeds(workspace.dir, flags.feeds * 60_000, told.problem)
  const endpoint =
    flags.listen === undefined
      ? undefined
      : await openStatusEndpoint(flags.listen, () => ({
          watch: watch.status,
          outputs: outbox.status(),
          listeners: inputs.status(),
          problems: told.counts,
        }))
  const timer = setInterval(() => inputs.release((path, bytes) => watch.isSearched(path, bytes)), releaseEveryMs)
  told.status(
    `watching ${[...session.paths, ...inputs.listening, ...(flags.stdin ? ["stdin"] : []), ...(flags.journald ? ["the journal"] : [])].join(", ")}${endpoint ? `; status on http://${endpoint.address}/metrics` : ""}`,
  )
  for (const own of ownFiles(flags)) told.status(`${own} is our own output and not followed`)
  try {
    await watch.run()
  } finally {
    clearInterval(timer)
    end()
    await feeds?.stop()
    await inputs.close()
    await outbox.close(closeMs)
    await endpoint?.close()
  }
  told.status(closing(watch.status, outbox))
  return flags.once ? await exitOf(watch.status, flags) : 0
}

/** SIGTERM and SIGINT end it after the part at hand; a second one at once. */
function stopOnSignal(stop: AbortController): () => void {
  const ask = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(signal === "SIGINT" ? 130 : 143)
    stop.abort()
  }
  process.on("SIGTERM", ask)
  process.on("SIGINT", ask)
  return () => {
    process.off("SIGTERM", ask)
    process.off("SIGINT", ask)
  }
}

function ownFiles(flags: WatchFlags): readonly string[] {
  return (flags.alert ?? []).flatMap((target) => fileOfTarget(target) ?? [])
}

/** A path may appear later, as logs do; the folder that it will appear in must be there, or it is a mistake. */
async function mustBeFollowable(paths: readonly string[], flags: WatchFlags): Promise<void> {
  if (paths.length === 0 && !flags.syslog?.length && !flags.nats?.length && !flags.stdin && !flags.journald) {
    throw new UsageError("nothing to watch: give files or folders, --syslog URL, --nats URL, --stdin or --journald")
  }
  if (flags.once && (flags.syslog?.length || flags.nats?.length || flags.journald))
    throw new UsageError("--once goes with files: a listener has no end")
  for (const path of paths) {
    if (path === "-") throw new UsageError("standard input is watched with --stdin")
    await stat(dirname(resolve(path))).catch((error: Error) => {
      throw new UsageError(`cannot watch ${path}: ${error.message}`)
    })
  }
}

function zoneOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  const tz = parseZone(given)
  if (tz === undefined)
    throw new UsageError(`--tz ${given} is no time zone: give an IANA name such as Europe/Paris, or an offset such as +02:00`)
  return tz
}

interface Teller {
  readonly problem: (problem: Problem) => void
  readonly status: (line: string) => void
  /** Problems by code. */
  readonly counts: Readonly<Record<string, number>>
}

function teller(flags: WatchFlags): Teller {
  const counts: Record<string, number> = {}
  return {
    counts,
    problem(problem) {
      counts[problem.code] = (counts[problem.code] ?? 0) + 1
      if (flags.json) void write(`${JSON.stringify({ type: "problem", ...problem })}\n`)
      else process.stderr.write(`sillage: ${problem.code}: ${safe(problem.where, 200)}: ${safe(problem.message, 300)}\n`)
    },
    status(line) {
      if (!flags.quiet) process.stderr.write(`sillage: ${safe(line, 500)}\n`)
    },
  }
}

function closing(status: WatchStatus, outbox: Outbox): string {
  const waiting = outbox.status().filter((one) => one.waiting > 0)
  const left = waiting.map(({ name, waiting, error }) => `${waiting} wait for ${name}${error === null ? "" : ` (${error})`}`)
  return [`${status.records} records searched, ${status.hits} hits, ${status.alerts} alerts, ${status.echoes} echoes`, ...left].join("; ")
}

/** As a hunt: only a search of everything that found nothing ends with 1. */
async function exitOf(status: WatchStatus, flags: WatchFlags): Promise<number> {
  const exit = status.hits > 0 ? 0 : status.problems > 0 ? 3 : 1
  const { records, bytes, hits, alerts, echoes, problems } = status
  if (flags.json) await write(`${JSON.stringify({ type: "summary", records, bytes, hits, alerts, echoes, problems, exit })}\n`)
  return exit
}

function hasColor(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR
}

function minutes(input: string): number {
  const value = Number(input)
  if (!(value > 0 && value <= 1440)) throw new Error(`${input} is no number of minutes from 0 to 1440`)
  return value
}
