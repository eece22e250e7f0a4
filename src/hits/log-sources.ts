// The log sources of an archive, each the files that one log was rotated into, and the days for which a source has no record at all.
import type { Coverage } from "../model/coverage.js"

export interface LogSource {
  /** Path of its files with `*` for what rotation changes in it. */
  readonly name: string
  readonly files: number
  /** RFC 3339, UTC: earliest and latest record of all its files. */
  readonly first: string
  readonly last: string
  /** Whole days without a record in any of its files, in order. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[]
}

const dayMs = 86_400_000
/** A silence between two files is so many times as long as this source usually leaves. */
const longer = 10
const gapsMax = 100

/** Sources with dated records, by name. Files that were ruled out or not searched say nothing about time, and count for none. */
export function logSourcesOf(coverage: readonly Coverage[]): readonly LogSource[] {
  const sources = new Map<string, Dated[]>()
  for (const { source, first, last, gaps } of coverage) {
    if (source.member !== undefined || first === null || last === null) continue
    const name = sourceName(source.path)
    const files = sources.get(name)
    if (files) files.push({ first, last, gaps })
    else sources.set(name, [{ first, last, gaps }])
  }
  return [...sources].map(([name, files]) => sourceOf(name, files)).sort((a, b) => (a.name < b.name ? -1 : 1))
}

type Dated = Pick<Coverage, "gaps"> & { readonly first: string; readonly last: string }

function sourceOf(name: string, files: readonly Dated[]): LogSource {
  const spans = files.flatMap(spansOf).sort((a, b) => a.from - b.from)
  const silent: Span[] = []
  let end = Number.NEGATIVE_INFINITY
  for (const { from, to } of spans) {
    if (end !== Number.NEGATIVE_INFINITY && from > end) silent.push({ from: end, to: from })
    end = Math.max(end, to)
  }
  const usual = median(silent.map(({ from, to }) => to - from))
  const few = silent.length < 3
  return {
    name,
    files: files.length,
    first: text(spans[0]?.from ?? 0),
    last: text(end),
    gaps: silent
      .filter(({ from, to }) => to - from >= dayMs && (few || to - from >= longer * usual))
      .slice(0, gapsMax)
      .map(({ from, to }) => ({ from: text(from), to: text(to) })),
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

/** The stretches of a file between its own silences. */
function spansOf({ first, last, gaps }: Dated): readonly Span[] {
  const edges = [first, ...gaps.flatMap(({ from, to }) => [from, to]), last].map((instant) => Date.parse(instant))
  return Array.from({ length: edges.length / 2 }, (_, at) => ({ from: edges[at * 2] as number, to: edges[at * 2 + 1] as number }))
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}

function text(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z")
}

const rotated: readonly (readonly [RegExp, string])[] = [
  // Compression and numbers behind the name: access.log.2.gz, messages-1, app.log.old
  [/(?:\.(?:gz|xz|bz2|zst|lz4|zip|tgz|Z))+$/i, ""],
  // (but not the last byte of an address: fw-10.0.0.5)
  [/(?<=[A-Za-z][^./]*)[.-](?:\d{1,4}|old|bak)$/, ""],
  // 2021-01-03, 20210103, 2021/01, 2021/01/03 as folders, u_ex210103
  [/(?<!\d)(?:19|20)\d{2}([-_./]?)(?:0[1-9]|1[0-2])(?:\1(?:0[1-9]|[12]\d|3[01]))?(?!\d)/g, "*"],
  [/(?<![A-Za-z\d])(?:19|20)\d{2}(?![A-Za-z\d])/g, "*"],
  [/(?<=[A-Za-z_])\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{0,2}(?!\d)/g, "*"],
  // 02:00:00-03:00:00, T0211, -02, seconds since 1970
  [/(?<!\d)\d{2}[:_.-]\d{2}(?:[:_.-]\d{2})?(?!\d)/g, "*"],
  [/(?<=\*)[T_.-]?\d{2,6}(?!\d)/g, "*"],
  [/(?<!\d)1\d{9}(?!\d)/g, "*"],
  [/\*(?:[-_.:/]?\*)+/g, "*"],
  // access.log and access.log-20210103 are one source.
  [/(?<=[A-Za-z])[-_.]\*$/, ""],
]

const pathCharsMax = 1024

/** A path without what rotation changes. */
export function sourceName(path: string): string {
  return rotated.reduce((name, [pattern, put]) => name.replace(pattern, put), path.slice(-pathCharsMax))
}
