// Packs a hunt's answer into an evidence bundle: records with what stands around them, originals by digest, parameters, coverage, manifest.
import { posix } from "node:path"
import { makeManifest, manifestBytes, manifestPath, sha256 } from "../../export/evidence/manifest.js"
import { type BundleFile, bundleBytesMax, packTar } from "../../export/evidence/tar.js"
import { type Sighting, sightingsOf } from "../../hits/sightings.js"
import type { Hit } from "../../model/hit.js"
import { UsageError } from "../../model/problem.js"
import type { Tlp } from "../../model/tlp.js"
import type { Answer } from "../report/answer.js"
import { type FoundRecord, originalOf, placeKey, recordsAt } from "./places.js"

export interface PackOptions {
  readonly version: string
  readonly created: string | null
  readonly caseId: string | null
  /** Whose case it is, as `hunt.json` says; null keeps it to itself. */
  readonly reporter?: Reporter | null
  /** Lines before and after each record. */
  readonly context: number
  /** Where the archive lies now, if not where it was hunted. */
  readonly archive: string | undefined
  /** Adds a signature of the manifest: the name of its file and its text. */
  readonly sign?: (manifest: Uint8Array) => Promise<{ readonly path: string; readonly text: string }>
  readonly progress?: (done: number, all: number) => void
}

/** `organisation` is the same UUID as in the STIX and MISP forms of a report. */
export interface Reporter {
  readonly organisation: string
  readonly name: string
  readonly sector: string | null
  readonly tlp: Tlp | null
}

export interface Packed {
  readonly bytes: Uint8Array
  readonly head: string
  readonly records: number
  /** Hits whose record was not found again where the hunt found it. */
  readonly missing: readonly string[]
  readonly originals: number
}

/** One line of `records.ndjson`. */
export interface PackedRecord {
  readonly id: string
  readonly source: Hit["source"]
  /** The file below the root of the archive. */
  readonly file: string
  readonly found: boolean
  readonly sha256: string | null
  readonly text: string
  readonly truncated: boolean
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export async function packCase(answer: Answer, options: PackOptions): Promise<Packed> {
  const hits = [...answer.hits].sort((a, b) => compare(a.id, b.id))
  // The other places of a copied record are originals too: their digests prove them, the record itself is packed once.
  const paths = [...new Set(hits.flatMap((hit) => [hit.source.path, ...hit.also.map((one) => one.path)]))].sort()
  const root = commonFolder(answer.coverage.length > 0 ? answer.coverage.map((entry) => entry.source.path) : paths)
  const records: PackedRecord[] = []
  const originals: object[] = []
  for (const [at, path] of paths.entries()) {
    const file = below(root, path)
    const own = hits.filter((hit) => hit.source.path === path)
    const original = await originalOf(located(path, file, options.archive))
    originals.push({ path, file, bytes: original?.bytes ?? null, sha256: original?.sha256 ?? null })
    const found =
      original && own.length > 0
        ? await recordsAt(located(path, file, options.archive), own, options.context)
        : new Map<string, FoundRecord>()
    for (const hit of own) records.push(recordOf(hit, file, found.get(placeKey(hit.source))))
    options.progress?.(at + 1, paths.length)
  }
  const indicators = [...new Set(answer.bulletins.flatMap((one) => one.indicators.map(({ type, value }) => `${type} ${value}`)))].sort()
  const files = [
    json("hunt.json", {
      asked: answer.asked,
      summary: answer.hunt,
      root,
      reporter: options.reporter ?? null,
      bulletins: answer.bulletins.map(({ indicators: _, ...bulletin }) => ({ ...bulletin, problems: bulletin.problems.length })),
    }),
    text("indicators.txt", indicators),
    lines("hits.ndjson", hits),
    lines("sightings.ndjson", (answer.sightings ?? sightingsOf(hits)).map(summed)),
    lines(
      "records.ndjson",
      records.sort((a, b) => compare(a.id, b.id)),
    ),
    lines("originals.ndjson", originals),
    lines("coverage.ndjson", answer.coverage),
    lines("problems.ndjson", answer.problems),
  ]
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0)
  if (total > bundleBytesMax)
    throw new UsageError(`the case is ${total} bytes, more than a bundle may hold (${bundleBytesMax}): narrow the hunt or the context`)
  const manifest = makeManifest(
    {
      tool: `sillage ${options.version}`,
      created: options.created,
      case: options.caseId,
      indicators: indicators.length === 0 ? null : sha256(Buffer.from(indicators.join("\n"), "utf8")),
      hunt: {
        since: answer.hunt.since,
        until: answer.hunt.until,
        tz: answer.hunt.tz,
        complete: answer.hunt.complete,
        version: answer.hunt.version,
      },
    },
    files,
  )
  const stored: BundleFile = { path: manifestPath, bytes: manifestBytes(manifest) }
  const signature = await options.sign?.(stored.bytes)
  return {
    bytes: packTar([stored, ...(signature ? [{ path: signature.path, bytes: Buffer.from(signature.text, "utf8") }] : []), ...files]),
    head: manifest.head,
    records: records.length,
    missing: records.filter((one) => !one.found).map((one) => one.id),
    originals: originals.length,
  }
}

/** Exact numbers, where the hunt keeps only some of the hits in full. */
function summed({ indicator, path, strength, direction, action, outcome, echo, count, firstSeen, lastSeen }: Sighting): object {
  const { type, value } = indicator
  return { type, value, path, strength, direction, action, outcome, echo, count, firstSeen, lastSeen }
}

/** A record that is not where it was keeps the hunt's own excerpt, and says so. */
function recordOf(hit: Hit, file: string, found: FoundRecord | undefined): PackedRecord {
  const base = { id: hit.id, source: hit.source, file }
  const same = found?.text.includes(hit.record.trim().slice(0, 200))
  if (!found || !same) return { ...base, found: false, sha256: null, text: hit.record, truncated: hit.truncated, before: [], after: [] }
  return {
    ...base,
    found: true,
    sha256: found.sha256,
    text: found.text,
    truncated: found.truncated,
    before: found.before,
    after: found.after,
  }
}

export function located(path: string, file: string, archive: string | undefined): string {
  return archive === undefined ? path : posix.join(archive, file)
}

/** The deepest folder that all paths lie below. */
function commonFolder(paths: readonly string[]): string {
  const [first = "", ...others] = paths.map((path) => posix.dirname(path.replaceAll("\\", "/")).split("/").join("/"))
  let parts = first.split("/")
  for (const other of others) {
    const its = other.split("/")
    let same = 0
    while (same < parts.length && parts[same] === its[same]) same++
    parts = parts.slice(0, same)
  }
  return parts.join("/")
}

function below(root: string, path: string): string {
  return root !== "" && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path.replace(/^\/+/, "")
}

function json(path: string, value: unknown): BundleFile {
  return { path, bytes: Buffer.from(`${JSON.stringify(value, null, 1)}\n`, "utf8") }
}

function lines(path: string, values: readonly unknown[]): BundleFile {
  return text(
    path,
    values.map((value) => JSON.stringify(value)),
  )
}

function text(path: string, rows: readonly string[]): BundleFile {
  return { path, bytes: Buffer.from(rows.map((row) => `${row}\n`).join(""), "utf8") }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
