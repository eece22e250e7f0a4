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
  const reporter = isObject(hunt.reporter) ? hunt.reporter : {}
  const seen = seenIn(rows(textOf(files, "sightings.ndjson")))
  return {
    contribution: {
      organisation: string(reporter.organisation) ?? manifest.head,
      sectors: typeof reporter.sector === "string" ? [reporter.sector.toLowerCase()] : [],
      tlp: markingOf(tlpOf(reporter.tlp), objects(hunt.bulletins)),
      sightings: [...seen.values(), ...(summary.complete === true ? unseen(textOf(files, "indicators.txt"), seen) : [])],
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

function rows(text: string): readonly JsonObject[] {
  return text.split("\n").flatMap((line) => {
    const parsed = line === "" ? undefined : parseJson(line)
    return parsed && "value" in parsed && isObject(parsed.value) ? [parsed.value] : []
  })
}

function seenIn(sightings: readonly JsonObject[]): ReadonlyMap<string, Sighting> {
  const seen = new Map<string, Sighting>()
  for (const one of sightings) {
    const type = typeOf(one.type)
    const [value, count] = [string(one.value), Number(one.count)]
    // What only lists or quotes a value is no sighting.
    if (type === undefined || value === undefined || one.echo !== null || !Number.isSafeInteger(count) || count < 1) continue
    const key = `${type} ${value}`
    const known = seen.get(key)
    seen.set(key, {
      type,
      value,
      count: (known?.count ?? 0) + count,
      firstSeen: earlier(known?.firstSeen ?? null, instant(one.firstSeen), 1),
      lastSeen: earlier(known?.lastSeen ?? null, instant(one.lastSeen), -1),
    })
  }
  return seen
}

/** Searched wholly and not seen. */
function unseen(indicators: string, seen: ReadonlyMap<string, Sighting>): readonly Sighting[] {
  return indicators.split("\n").flatMap((line) => {
    const [, name, value] = /^(\S+) (.+)$/.exec(line) ?? []
    const type = typeOf(name)
    if (type === undefined || value === undefined || seen.has(line)) return []
    return [{ type, value, count: 0, firstSeen: null, lastSeen: null }]
  })
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
