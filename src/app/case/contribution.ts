// What an evidence bundle tells a CERT that counts many of them: how often each indicator was seen, and what was searched and not seen.
import { checkManifest } from "../../export/evidence/manifest.js"
import { type BundleFile, readTar } from "../../export/evidence/tar.js"
import type { ReadContribution, readContribution } from "../../intake/contribution.js"
import { isObject, type Json, type JsonObject, objects, parseJson, string } from "../../intake/json.js"
import { type ObservableType, observableTypes } from "../../model/observable.js"
import { strictest, type Tlp, tlpLevels } from "../../model/tlp.js"

type Sighting = ReadContribution["sightings"][number]

/** A bundle that does not verify counts for nothing. Never throws on input. */
export function bundleContribution(name: string, bytes: Uint8Array): ReturnType<typeof readContribution> {
  const files = readTar(bytes)
  if (typeof files === "string") return refused(name, files)
  const { manifest, faults } = checkManifest(files)
  if (!manifest || faults.length > 0) return refused(name, `the bundle does not verify: ${faults[0] ?? "no manifest"}`)
  const parsed = parseJson(textOf(files, "hunt.json"))
  const hunt = "value" in parsed && isObject(parsed.value) ? parsed.value : undefined
  const summary = hunt?.summary
  if (!hunt || !isObject(summary)) return refused(name, "hunt.json is none")
  const seen = seenIn(files, summary)
  if (typeof seen === "string") return refused(name, seen)
  const notSeen = summary.complete === true ? unseen(textOf(files, "indicators.txt"), seen) : []
  if (typeof notSeen === "string") return refused(name, notSeen)
  const reporter = isObject(hunt.reporter) ? hunt.reporter : {}
  return {
    contribution: {
      organisation: string(reporter.organisation) ?? manifest.head,
      sectors: typeof reporter.sector === "string" ? [reporter.sector.toLowerCase()] : [],
      tlp: markingOf(tlpOf(reporter.tlp), objects(hunt.bulletins)),
      sightings: [...seen.values(), ...notSeen],
      leads: [],
    },
    problems: [],
  }
}

function refused(where: string, message: string): ReturnType<typeof readContribution> {
  return { contribution: undefined, problems: [{ code: "malformed", where, message }] }
}

function textOf(files: readonly BundleFile[], path: string): string {
  return Buffer.from(files.find((file) => file.path === path)?.bytes ?? new Uint8Array(0)).toString("utf8")
}

/** Of every line an object; undefined for a line that is none. */
function rows(text: string): readonly (JsonObject | undefined)[] {
  return text.split("\n").flatMap((line) => {
    const parsed = line === "" ? undefined : parseJson(line)
    return parsed === undefined ? [] : ["value" in parsed && isObject(parsed.value) ? parsed.value : undefined]
  })
}

/** What was seen; in words why that cannot be told: what is passed over here would count as searched and not seen. */
function seenIn(files: readonly BundleFile[], summary: JsonObject): ReadonlyMap<string, Sighting> | string {
  const total = isObject(summary.hits) ? summary.hits.total : undefined
  if (files.some(({ path }) => path === "sightings.ndjson")) {
    const sightings = rows(textOf(files, "sightings.ndjson"))
    return sightings.length === 0 && total !== 0
      ? "its hunt has hits and no sighting"
      : summed(sightings, "sightings.ndjson", rowOfSighting)
  }
  // A bundle of before: its hits are all that it has, which is enough only where all of them are in it.
  const hits = rows(textOf(files, "hits.ndjson"))
  if (total !== hits.length)
    return `it has no sightings.ndjson, and ${hits.length} of ${typeof total === "number" ? total : "an unknown number of"} hits: pack the case again`
  return summed(hits, "hits.ndjson", rowOfHit)
}

interface Row extends Sighting {
  /** Only lists or quotes the value: no sighting. */
  readonly isEcho: boolean
}

function summed(
  all: readonly (JsonObject | undefined)[],
  file: string,
  read: (row: JsonObject) => Row | undefined,
): ReadonlyMap<string, Sighting> | string {
  const seen = new Map<string, Sighting>()
  for (const [at, row] of all.entries()) {
    const one = row && read(row)
    if (!one) return `${file}:${at + 1} cannot be read, so that nothing of the bundle is counted`
    if (one.isEcho) continue
    const { type, value } = one
    const key = `${type} ${value}`
    const known = seen.get(key)
    seen.set(key, {
      type,
      value,
      count: (known?.count ?? 0) + one.count,
      firstSeen: earlier(known?.firstSeen ?? null, one.firstSeen, 1),
      lastSeen: earlier(known?.lastSeen ?? null, one.lastSeen, -1),
    })
  }
  return seen
}

function rowOfSighting({ type: name, value: text, echo, count: counted, firstSeen, lastSeen }: JsonObject): Row | undefined {
  const [type, value, count] = [typeOf(name), string(text), Number(counted)]
  if (type === undefined || value === undefined || !isEchoOrNone(echo) || !Number.isSafeInteger(count) || count < 1) return undefined
  return { type, value, count, firstSeen: instant(firstSeen), lastSeen: instant(lastSeen), isEcho: echo !== null }
}

function rowOfHit({ indicator, echo, time }: JsonObject): Row | undefined {
  if (!isObject(indicator) || !isEchoOrNone(echo)) return undefined
  const [type, value] = [typeOf(indicator.type), string(indicator.value)]
  if (type === undefined || value === undefined) return undefined
  const { earliest, latest } = isObject(time) ? time : {}
  return { type, value, count: 1, firstSeen: instant(earliest), lastSeen: instant(latest), isEcho: echo !== null }
}

function isEchoOrNone(echo: Json | undefined): boolean {
  return echo === null || typeof echo === "string"
}

/** Searched wholly and not seen; in words why that cannot be told. */
function unseen(indicators: string, seen: ReadonlyMap<string, Sighting>): readonly Sighting[] | string {
  const found: Sighting[] = []
  for (const [at, line] of indicators.split("\n").entries()) {
    if (line === "" || seen.has(line)) continue
    const [, name, value] = /^(\S+) (.+)$/.exec(line) ?? []
    const type = typeOf(name)
    if (type === undefined || value === undefined) return `indicators.txt:${at + 1} is no indicator`
    found.push({ type, value, count: 0, firstSeen: null, lastSeen: null })
  }
  return found
}

/** Evidence is the organisation's own: without its word it is unmarked, which counts as amber, however free the bulletin is. */
function markingOf(own: Tlp | undefined, bulletins: readonly JsonObject[]): Tlp | undefined {
  const marked = bulletins.map(({ tlp }) => tlpOf(tlp)).reduce(strictest, own)
  return own !== undefined || marked === "red" || marked === "amber+strict" ? marked : undefined
}

function tlpOf(value: Json | undefined): Tlp | undefined {
  return tlpLevels.find((level) => level === value)
}

function typeOf(value: Json | undefined): ObservableType | undefined {
  return observableTypes.find((type) => type === value)
}

function instant(value: Json | undefined): string | null {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}

function earlier(a: string | null, b: string | null, sign: 1 | -1): string | null {
  if (a === null || b === null) return a ?? b
  return (a < b ? 1 : -1) === sign ? a : b
}
