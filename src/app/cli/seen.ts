// `sillage seen`: first and last seen, how often and where, for any value, in a bulletin or not.
import { availableParallelism } from "node:os"
import { buildCommand } from "@stricli/core"
import { type HuntAnswer, hunt } from "../../hunt/hunt.js"
import { parseIndicator } from "../../intake/intake.js"
import type { Hit } from "../../model/hit.js"
import type { Indicator } from "../../model/indicator.js"
import { UsageError } from "../../model/problem.js"
import { parseZone } from "../../sources/time/resolve.js"
import { type CliContext, guarded, write } from "./context.js"
import { indexFolder, indexRoots } from "./index-folder.js"
import { createProgress } from "./progress.js"
import { safe } from "./safe-text.js"

interface SeenFlags {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly tz?: string
  readonly workers?: number
  readonly workspace?: string
}

/** A contract: fields are added, never renamed. */
export interface Seen {
  readonly value: string
  readonly type: Indicator["type"]
  /** Records; what stands in several copies of a record counts once here, and in each place there. Echoes aside. */
  readonly count: number
  /** RFC 3339, UTC; null if unbounded or never. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  readonly places: readonly SeenPlace[]
  /** Records in block lists, configurations and alerts, which only repeat what a list says. */
  readonly echo: number
  /** Everything that is indexed was searched. */
  readonly complete: boolean
}

export interface SeenPlace {
  readonly path: string
  readonly count: number
  readonly firstSeen: string | null
  readonly lastSeen: string | null
}

export const seenCommand = buildCommand<SeenFlags, string[], CliContext>({
  docs: {
    brief: "When, how often and where was this value seen? For any value, in no time",
    fullDescription: [
      "Asks the index for the few places where a value can stand, and reads only those. What is new or changed since the index was built is",
      "read and indexed on the way, so that the answer is always of the archive as it is now.",
      "",
      "Examples:",
      "  sillage index build /archive/logs",
      "  sillage seen 203.0.113.9 'evil[.]example'",
      "  sillage seen --json file:name=update.exe",
      "",
      "Exit codes: 0 seen, 1 not seen and everything searched, 2 wrong invocation or fatal error,",
      "3 not seen, but not everything could be searched, 130 interrupted.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object a value" },
      quiet: { kind: "boolean", optional: true, withNegated: false, brief: "No progress on stderr" },
      tz: { kind: "parsed", parse: String, optional: true, brief: "Zone of stamps that state none", placeholder: "ZONE" },
      workers: { kind: "parsed", parse: Number, optional: true, brief: "Threads that read at once (default: the cores)", placeholder: "N" },
      workspace: {
        kind: "parsed",
        parse: String,
        optional: true,
        brief: "Folder of the workspace that holds the index",
        placeholder: "DIR",
      },
    },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { parse: String, brief: "A value, defanged or not, or TYPE=VALUE", placeholder: "VALUE" },
    },
  },
  func(this: CliContext, flags: SeenFlags, ...values: string[]): Promise<void> {
    return guarded(this, () => runSeen(flags, values, this.version))
  },
})

async function runSeen(flags: SeenFlags, values: readonly string[], version: string): Promise<number> {
  const indicators = values.map(indicatorOf)
  const folder = indexFolder(flags.workspace, "look")
  const roots = indexRoots(flags.workspace)
  if (roots.length === 0) throw new UsageError("nothing is indexed yet: sillage index build PATH")
  const tz = flags.tz === undefined ? undefined : parseZone(flags.tz)
  if (flags.tz !== undefined && tz === undefined) throw new UsageError(`--tz ${flags.tz} is no time zone`)
  const answer = await search(flags, roots, indicators, { folder, program: version, build: true, ...(tz === undefined ? {} : { tz }) }, tz)
  const complete = !answer.interrupted && answer.coverage.every((entry) => entry.source.member !== undefined || entry.state === "searched")
  const seen = indicators.map((indicator) => seenOf(indicator, answer.hits, complete))
  for (const one of seen) await write(flags.json ? `${JSON.stringify(one)}\n` : render(one))
  if (!flags.json)
    for (const { code, where, message } of answer.problems.slice(0, 20))
      process.stderr.write(`${code}: ${safe(where, 200)}: ${safe(message, 200)}\n`)
  if (answer.interrupted) return 130
  return seen.some(({ count }) => count > 0) ? 0 : complete ? 1 : 3
}

function indicatorOf(value: string): Indicator {
  const read = parseIndicator(value)
  if ("indicator" in read) return read.indicator
  throw new UsageError(`${value}: ${read.problem.message}`)
}

async function search(
  flags: SeenFlags,
  paths: readonly string[],
  indicators: readonly Indicator[],
  index: { folder: string; program: string; build: true },
  tz: string | undefined,
): Promise<HuntAnswer> {
  const progress = createProgress(process.stderr, flags.quiet ?? false)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once("SIGINT", interrupt)
  try {
    return await hunt({
      paths,
      since: null,
      until: null,
      ...(tz === undefined ? {} : { tz }),
      indicators,
      own: [],
      trustedProxies: [],
      workers: flags.workers ?? availableParallelism(),
      index,
      progress: progress.show,
      signal: stop.signal,
    })
  } finally {
    process.removeListener("SIGINT", interrupt)
    progress.end()
  }
}

export function seenOf({ value, type }: Indicator, hits: readonly Hit[], complete: boolean): Seen {
  const all = hits.filter((hit) => hit.indicator.value === value && hit.indicator.type === type)
  const own = all.filter((hit) => hit.echo === null)
  const places = new Map<string, Hit[]>()
  for (const hit of own) {
    for (const path of new Set([hit.source, ...hit.also].map((source) => source.path))) {
      const known = places.get(path)
      if (known) known.push(hit)
      else places.set(path, [hit])
    }
  }
  return {
    value,
    type,
    count: own.length,
    ...spanOf(own),
    places: Array.from(places, ([path, here]) => ({ path, count: here.length, ...spanOf(here) })),
    echo: all.length - own.length,
    complete,
  }
}

function spanOf(hits: readonly Hit[]): Pick<Seen, "firstSeen" | "lastSeen"> {
  const first = hits.flatMap((hit) => hit.time?.earliest ?? []).reduce<string | null>((a, b) => (a === null || b < a ? b : a), null)
  const last = hits.flatMap((hit) => hit.time?.latest ?? []).reduce<string | null>((a, b) => (a === null || b > a ? b : a), null)
  return { firstSeen: first, lastSeen: last }
}

function render({ value, type, count, firstSeen, lastSeen, places, echo, complete }: Seen): string {
  const when = (from: string | null, to: string | null): string => `${from ?? "?"} to ${to ?? "?"}`
  const name = `${safe(value, 200)} (${type})`
  const lists = echo > 0 ? `, and ${echo} times in lists, configurations or alerts` : ""
  const head =
    count > 0
      ? `${name}: ${count} ${count === 1 ? "record" : "records"}, ${when(firstSeen, lastSeen)}${lists}`
      : `${name}: not seen${lists}${complete ? "" : "; but not everything could be searched"}`
  return `${head}\n${places.map((place) => `${String(place.count).padStart(8)}  ${when(place.firstSeen, place.lastSeen)}  ${safe(place.path, 300)}\n`).join("")}`
}
