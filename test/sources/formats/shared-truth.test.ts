// The shared logs with ground truth: sources of the CrowdSec samples, planted lines, Zeek and OTRF sets, semantic cases.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import type { FieldValue, LogRecord } from "../../../src/model/log-record.js"
import { formatInstant, parseInstant } from "../../../src/model/time.js"
import { bareAddress, createRoleContext } from "../../../src/sources/roles.js"
import { type FileClock, keptInRange, parseZone, resolveTime, type Sample, undatedTime } from "../../../src/sources/time/resolve.js"
import { type ReadFile, readFile } from "./read-file.js"

const data = "../shared/data"
const cases = "../shared/cases"

function content(path: string): Buffer {
  const bytes = readFileSync(path)
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes
}

function json<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T
}

function addresses(value: FieldValue | undefined): readonly string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value as string | number]
  return list.map((each) => bareAddress(each) ?? String(each))
}

function clockOf({ samples }: ReadFile, path: string, mtimeMs: number, tz?: string): FileClock {
  return { path, mtimeMs, samples, ...(tz !== undefined && { tz }) }
}

interface CrowdsecTest {
  readonly test: string
  readonly log_file: string
  readonly events: readonly { readonly source_ip?: string; readonly time?: string }[]
  readonly source_ips?: readonly string[]
  readonly alert_source_ips?: readonly string[]
}

describe.skipIf(!existsSync(`${data}/logs/crowdsec-hub`))("CrowdSec samples", () => {
  // No row of the oracle is wrong: a row that were would stand here with its reason.
  const wrong: readonly string[] = []

  it("every asserted source address is found as source.ip", async () => {
    const missed: string[] = []
    let asserted = 0
    for (const row of json<CrowdsecTest[]>(`${data}/logs/crowdsec_oracle.json`)) {
      const wanted = new Set([...(row.source_ips ?? []), ...(row.alert_source_ips ?? [])])
      if (wanted.size === 0) continue
      const { records } = await readFile(readFileSync(join(data, "logs/crowdsec-hub", row.test, row.log_file)), row.log_file)
      const found = new Set(records.flatMap(({ record }) => addresses(record.fields["source.ip"])))
      asserted += wanted.size
      for (const address of wanted) if (!found.has(bareAddress(address) ?? address)) missed.push(`${row.test} ${address}`)
    }
    expect(asserted).toBeGreaterThan(400)
    expect(missed).toEqual(wrong)
  })

  // The log states an offset, which upstream dropped: `2023-04-23 21:53:37.311 -05:00` is no `21:53:37Z`.
  const wrongTimes: readonly string[] = [
    "bitwarden-logs 2023-04-23T21:53:37.311Z",
    "bitwarden-logs 2023-04-24T13:06:35.295Z",
    "jellyfin-logs 2023-02-12T12:16:05.729Z",
    "jellyfin-logs 2023-05-20T17:22:00.5Z",
  ]

  it("every asserted time of a source address is one that a record with it resolves to", async () => {
    const missed: string[] = []
    let asserted = 0
    for (const { test, log_file: log, events } of json<CrowdsecTest[]>(`${data}/logs/crowdsec_oracle.json`)) {
      const timed = events.filter((event) => event.time !== undefined && event.source_ip !== undefined)
      if (timed.length === 0) continue
      const read = await readFile(readFileSync(join(data, "logs/crowdsec-hub", test, log)), log)
      const clock = clockOf(read, log, Date.parse("2024-01-01T00:00:00Z"), "UTC")
      const found = new Set(
        read.records.flatMap(({ record, at }) => {
          const { earliest, latest } = resolveTime(record, at, clock)
          const times = [secondOf(earliest), secondOf(latest)]
          const sources = [...addresses(record.fields["source.ip"]), ...addresses(record.fields["network.forwarded_ip"])]
          // Upstream gives stamps without a year the year of its run.
          const shown = record.time?.year === undefined ? times.map((time) => time.slice(5)) : times
          return sources.flatMap((address) => shown.map((time) => `${address} ${time}`))
        }),
      )
      for (const { source_ip: ip = "", time = "" } of timed) {
        const [address, second] = [bareAddress(ip) ?? ip, secondOf(parseInstant(time) ?? null)]
        asserted++
        if (!found.has(`${address} ${second}`) && !found.has(`${address} ${second.slice(5)}`)) missed.push(`${test} ${time}`)
      }
    }
    expect(asserted).toBeGreaterThan(690)
    expect(missed).toEqual(wrongTimes)
  })
})

function secondOf(value: bigint | null): string {
  return value === null ? "none" : formatInstant(value).slice(0, 19)
}

interface Plant {
  readonly file: string
  readonly line: number
  readonly ioc: string
  readonly role: string
  readonly time: string
  readonly in_window: boolean
  readonly form: string
}

describe.skipIf(!existsSync(`${data}/planted`))("planted archive", () => {
  it("role, time and window of every plant are right", async () => {
    const truth = json<{ mtimes: Record<string, string>; plants: Plant[] }>(`${data}/planted_truth.json`)
    const files = new Map<string, { read: ReadFile; clock: FileClock }>()
    const wrong: string[] = []
    for (const plant of truth.plants) {
      let file = files.get(plant.file)
      if (!file) {
        const lines = new Set(truth.plants.filter((one) => one.file === plant.file).map((one) => one.line))
        const read = await readFile(content(join(data, "planted", plant.file)), plant.file, undefined, (_, line) => lines.has(line))
        file = { read, clock: clockOf(read, plant.file, Date.parse(truth.mtimes[plant.file] ?? "2021-09-01T00:00:00Z"), "UTC") }
        files.set(plant.file, file)
      }
      const { record, at } = file.read.records.find(({ line }) => line === plant.line) as ReadFile["records"][number]
      const interval = resolveTime(record, at, file.clock)
      const kept = keptInRange(interval, parseInstant("2021-01-01") ?? null, parseInstant("2021-08-31") ?? null, file.clock)
      const time = `${formatInstant(interval.earliest as bigint).slice(0, 19)}Z`
      const standsAs = Object.keys(record.fields).filter((name) => addresses(record.fields[name]).includes(plant.ioc))
      // A header under an untrusted peer only claims its addresses (semantics 9.2).
      const placed = plant.form === "x-forwarded-for" ? record.claimed?.includes(plant.ioc) : standsAs.includes(`${plant.role}.ip`)
      const window = plant.in_window ? kept !== undefined : kept === undefined || kept.assumption.includes("year-unknown")
      if (time !== plant.time || !placed || !window) wrong.push(`${plant.file}:${plant.line} ${time} ${standsAs}`)
    }
    expect(truth.plants.length).toBe(93)
    expect(wrong).toEqual([])
  })
})

describe.skipIf(!existsSync(`${data}/logs/rita-zeek`))("Zeek sets", () => {
  it("RITA: every line with the beaconing address has it as an end of the connection", async () => {
    const truth = json<{ ioc: string; victim: string; total: number; per_file: Record<string, number> }>(
      `${data}/logs/rita_missing_host_truth.json`,
    )
    let total = 0
    for (const [file, lines] of Object.entries(truth.per_file)) {
      const whole = new RegExp(`(?<![\\d.])${truth.ioc.replaceAll(".", "\\.")}(?![\\d])`)
      const { records: holding, format } = await readFile(
        content(join(data, "logs/rita-zeek/missing_host", file)),
        file,
        undefined,
        (text) => whole.test(text),
      )
      expect(holding.length, file).toBe(lines)
      total += holding.length
      if (format.name !== "zeek-tsv") continue
      for (const { record } of holding) {
        expect([...addresses(record.fields["source.ip"]), ...addresses(record.fields["destination.ip"])], file).toContain(truth.ioc)
        expect(record.time?.year).toBe(2024)
      }
    }
    expect(total).toBe(truth.total)
  })

  it("OTRF: the attacker's addresses stand in a role in every conn, http and ssl record", async () => {
    const truth = json<{ line_counts: Record<string, number> }>(`${data}/logs/otrf_apt29_truth.json`)
    for (const [key, lines] of Object.entries(truth.line_counts)) {
      const [file, address] = key.split("|") as [string, string]
      const { records } = await readFile(readFileSync(join(data, "logs/otrf-apt29-day1-zeek", file)), file, undefined, (text) =>
        text.includes(address),
      )
      const inRole = records.filter(({ record }) =>
        [...addresses(record.fields["source.ip"]), ...addresses(record.fields["destination.ip"])].includes(address),
      )
      expect(inRole.length, key).toBe(lines)
      expect(
        inRole.every(({ record }) => record.format === "zeek-json" && record.connection !== undefined),
        key,
      ).toBe(true)
    }
  })
})

interface Case {
  readonly id: string
  readonly value: string
  readonly files: readonly { readonly name: string; readonly text?: string; readonly b64?: string; readonly mtime?: string }[]
  readonly since?: string
  readonly until?: string
  readonly tz?: string
  readonly args?: readonly string[]
  readonly expect: {
    readonly hit: boolean
    readonly line?: number
    readonly time?: { earliest: string | null; latest: string | null }
    readonly assumption?: readonly string[]
    readonly where?: string | readonly string[]
    readonly direction?: string | readonly string[]
    readonly action?: string | readonly string[]
    readonly outcome?: string | readonly string[]
    readonly fields?: Record<string, unknown>
    readonly echo?: string
    readonly notes?: readonly string[]
  }
}

function casesOf(file: string): readonly Case[] {
  const path = `${cases}/${file}.jsonl`
  if (!existsSync(path)) return []
  const all = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Case)
  // `list` is a judgement over the whole file, which is the hunt's.
  return all.filter((one) => one.expect.echo !== "list")
}

describe.skipIf(!existsSync(cases))("semantic cases on time and roles", () => {
  it.each([...casesOf("time"), ...casesOf("roles")].map((one) => [one.id, one] as const))("%s", async (_, one) => {
    const option = (name: string): string[] => (one.args ?? []).flatMap((arg, at, args) => (arg === name ? [args[at + 1] as string] : []))
    const roles = createRoleContext({ own: option("--own"), trustedProxies: option("--trusted-proxy") })
    const file = one.files[0] as Case["files"][number]
    const raw = file.text === undefined ? Buffer.from(file.b64 ?? "", "base64") : Buffer.from(file.text)
    const read = await readFile(file.name.endsWith(".gz") ? gunzipSync(raw) : raw, file.name, roles)
    const clock = clockOf(
      read,
      file.name,
      Date.parse(file.mtime ?? "2021-07-20T12:00:00Z"),
      one.tz === undefined ? undefined : parseZone(one.tz),
    )
    const chosen = read.records.find(({ line, text }) =>
      one.expect.line === undefined ? text.includes(one.value) : line === one.expect.line,
    )
    const { record, at } = chosen as ReadFile["records"][number]
    const interval = timeOf(record, at, clock)
    const kept = keptInRange(interval, parseInstant(one.since ?? "") ?? null, parseInstant(one.until ?? "") ?? null, clock)
    expect(kept !== undefined).toBe(one.expect.hit)
    if (!kept) return
    const { time, assumption, where, direction, action, outcome, fields, echo, notes } = one.expect
    if (time) expect({ earliest: instant(kept.earliest), latest: instant(kept.latest) }).toEqual(time)
    if (assumption)
      expect(assumption.length === 0 ? kept.assumption : kept.assumption.filter((code) => assumption.includes(code)).sort()).toEqual(
        [...assumption].sort(),
      )
    if (where)
      expect(
        [where].flat().some((name) => addresses(record.fields[name]).includes(one.value)),
        JSON.stringify(record.fields),
      ).toBe(true)
    for (const [name, wanted] of Object.entries({ direction, action, outcome }))
      if (wanted) expect([wanted].flat()).toContain(record[name as "action"])
    for (const [name, wanted] of Object.entries(fields ?? {})) expect(record.fields[name]).toEqual(wanted)
    if (echo && echo !== "any") expect(record.echo).toBe(echo)
    if (notes?.includes("claimed")) expect(record.claimed).toContain(one.value)
  })

  it("are there", () => {
    expect(readdirSync(cases)).toContain("time.jsonl")
  })
})

function timeOf(record: LogRecord, at: number, clock: FileClock): ReturnType<typeof resolveTime> {
  if (record.time) return resolveTime(record, at, clock)
  const neighbour = (sample: Sample | undefined): ReturnType<typeof resolveTime> | undefined =>
    sample && resolveTime({ time: sample.stamp }, sample.at, clock)
  return undatedTime(
    neighbour(clock.samples.filter((sample) => sample.at < at).pop()),
    neighbour(clock.samples.find((sample) => sample.at > at)),
    clock,
  )
}

function instant(value: bigint | null): string | null {
  return value === null ? null : formatInstant(value)
}
