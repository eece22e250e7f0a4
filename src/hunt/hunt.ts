// The hunt: lists the units, hands them to the workers, settles each file, and puts the answer into one stable order.
import type { Coverage } from "../model/coverage.js"
import type { Hit, Source } from "../model/hit.js"
import type { Indicator } from "../model/indicator.js"
import type { Problem } from "../model/problem.js"
import type { WorkUnit } from "../model/work-unit.js"
import { discover, plainHead, segmentsOf } from "../sources/files/files.js"
import { recognizeFormat } from "../sources/formats/index.js"
import { digestOf } from "./digest.js"
import type { UnitResult } from "./finding.js"
import { type IndexUse, openIndexedPool } from "./indexed-pool.js"
import { type HuntRange, type SettledFile, type SettledHit, settleFile } from "./settle.js"

/** Plain files above this are searched in segments, by several workers at once. */
const segmentBytes = 16 * 1024 * 1024

export interface HuntRequest extends HuntRange {
  readonly paths: readonly string[]
  readonly indicators: readonly Indicator[]
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  /** Unlisted neighbours of the listed addresses, searched alike and only counted. */
  readonly decoys?: readonly Indicator[]
  readonly workers: number
  /** What the index knows is not read again. */
  readonly index?: IndexUse
  /** Threads are started however small the archive is. */
  readonly alwaysThreads?: boolean
  readonly progress?: (state: HuntProgress) => void
  /** Aborting ends the hunt with what was found so far, marked incomplete. */
  readonly signal?: AbortSignal
}

export interface HuntProgress {
  readonly bytes: number
  readonly bytesTotal: number
  readonly files: number
  readonly filesTotal: number
  readonly hits: number
}

export interface HuntAnswer {
  readonly hits: readonly Hit[]
  readonly outsideWindow: number
  /** Records that hold a decoy, and decoys that occur; null where none were searched. */
  readonly decoys: { readonly hits: number; readonly addresses: number } | null
  readonly coverage: readonly Coverage[]
  readonly problems: readonly Problem[]
  /** The hunt was cut off: files without coverage were not searched. */
  readonly interrupted: boolean
}

export async function hunt(request: HuntRequest): Promise<HuntAnswer> {
  const files: WorkUnit[] = []
  for await (const unit of discover(request.paths)) files.push(unit)
  const bytesTotal = files.reduce((total, file) => total + file.size, 0)
  const settled: (SettledFile | undefined)[] = Array(files.length).fill(undefined)
  const state = { bytes: 0, files: 0, hits: 0 }
  const tell = (): void => request.progress?.({ ...state, bytesTotal, filesTotal: files.length })
  const pool = await openIndexedPool(request, bytesTotal)
  const indexProblems: Problem[] = []
  try {
    const jobs = largestFirst(files)
    const runners = Array.from({ length: pool.width }, async () => {
      for (let index = jobs.next(); index !== undefined && !request.signal?.aborted; index = jobs.next()) {
        const file = files[index] as WorkUnit
        const results = await searchFile(file, pool.run, request.signal)
        if (!results) return
        const done = settleFile(file, results, request.indicators, request)
        settled[index] = done
        state.bytes += file.size
        state.files++
        state.hits += done.hits.length
        tell()
        // A search in this thread leaves no pause by itself: an interrupt could not be heard.
        await new Promise((resume) => setImmediate(resume))
      }
    })
    await Promise.all(runners)
    indexProblems.push(...(await pool.finish()))
  } finally {
    await pool.close()
  }
  const answer = answerOf(files, settled, request.signal?.aborted ?? false)
  return { ...answer, problems: [...answer.problems, ...indexProblems], decoys: request.decoys?.length ? decoysIn(settled) : null }
}

/** Long units first, so that no core waits for a large file that began last. */
function largestFirst(files: readonly WorkUnit[]): { next(): number | undefined } {
  const order = files.map((_, index) => index).sort((a, b) => (files[b]?.size ?? 0) - (files[a]?.size ?? 0) || a - b)
  return { next: () => order.shift() }
}

async function searchFile(
  file: WorkUnit,
  run: (unit: WorkUnit) => Promise<UnitResult>,
  signal: AbortSignal | undefined,
): Promise<readonly UnitResult[] | undefined> {
  const units = await unitsOf(file)
  const results = await Promise.all(units.map((unit) => (signal?.aborted ? undefined : run(unit))))
  return results.every((result) => result !== undefined) ? results : undefined
}

/** Only a plain file of lines may be cut; its header lines, if it has any, stand at its start. */
export async function unitsOf(file: WorkUnit): Promise<readonly WorkUnit[]> {
  if (file.size < 2 * segmentBytes || file.path === "-") return [file]
  const head = await plainHead(file)
  if (!head) return [file]
  const format = recognizeFormat(head, file.path)
  const { header } = format.open({ path: file.path, roles: { isInside: () => false, isTrustedProxy: () => false, ownGiven: false } })
  return format.decode || format.headed || header ? [file] : segmentsOf(file, segmentBytes)
}

function answerOf(
  files: readonly WorkUnit[],
  settled: readonly (SettledFile | undefined)[],
  interrupted: boolean,
): Omit<HuntAnswer, "decoys"> {
  const done = settled.filter((one) => one !== undefined)
  const skipped = files.filter((_, index) => settled[index] === undefined)
  const merged = mergeCopies(done.flatMap((file) => [file.hits]))
  return {
    hits: withContacts(merged),
    outsideWindow: done.reduce((total, file) => total + file.outsideWindow, 0),
    coverage: [...done.flatMap((file) => file.coverage), ...skipped.map(unsearched)],
    problems: [...done.flatMap((file) => file.problems), ...skipped.map(cutOff)],
    interrupted,
  }
}

function decoysIn(settled: readonly (SettledFile | undefined)[]): { readonly hits: number; readonly addresses: number } {
  const pairs = settled.flatMap((file) => file?.decoys ?? [])
  return { hits: pairs.reduce((sum, [, records]) => sum + records, 0), addresses: new Set(pairs.map(([decoy]) => decoy)).size }
}

function unsearched(file: WorkUnit): Coverage {
  return {
    type: "coverage",
    source: { path: file.path },
    format: "text",
    state: "not",
    reasons: ["timeout"],
    bytes: { size: file.size, searched: 0, ruledOut: 0, notSearched: file.size },
    decoded: 0,
    records: 0,
    undated: 0,
    first: null,
    last: null,
    gaps: [],
  }
}

function cutOff(file: WorkUnit): Problem {
  return { code: "timeout", where: file.path, message: "the hunt was interrupted before this file was searched: run it again" }
}

/**
 * Records of equal text and time in different files are one hit with several places (semantics 10.2). Equal lines within one file stay
 * separate: the n-th of one file is the same as the n-th of another.
 */
function mergeCopies(files: readonly (readonly SettledHit[])[]): readonly SettledHit[] {
  const kept = new Map<string, { readonly first: SettledHit; readonly also: Source[] }>()
  for (const hits of files) {
    const seen = new Map<string, number>()
    for (const one of hits) {
      const here = `${one.sameness} ${one.hit.source.member ?? ""}`
      const nth = (seen.get(here) ?? 0) + 1
      seen.set(here, nth)
      const key = `${one.sameness} ${nth}`
      const known = kept.get(key)
      if (known) known.also.push(one.hit.source)
      else kept.set(key, { first: one, also: [] })
    }
  }
  return [...kept.values()].map(({ first, also }) => (also.length === 0 ? first : { ...first, hit: { ...first.hit, also } }))
}

/** Records of one connection less than this apart are one contact. */
const contactNanos = 3_600_000_000_000n

function withContacts(hits: readonly SettledHit[]): readonly Hit[] {
  const open = new Map<string, { readonly id: string; last: bigint }>()
  const contacts = new Map<SettledHit, string>()
  const timed = hits.filter((one) => one.connection !== undefined && one.hit.echo === null)
  for (const one of [...timed].sort((a, b) => compareTimes(a.earliest, b.earliest))) {
    const key = `${one.hit.indicator.type} ${one.hit.indicator.value} ${one.connection}`
    const at = one.earliest ?? 0n
    const known = open.get(key)
    if (known && at - known.last <= contactNanos) {
      known.last = at
      contacts.set(one, known.id)
    } else {
      const id = digestOf("contact", key, one.hit.time?.earliest ?? "")
      open.set(key, { id, last: at })
      contacts.set(one, id)
    }
  }
  return hits.map((one) => ({ ...one.hit, contact: contacts.get(one) ?? null }))
}

function compareTimes(a: bigint | null, b: bigint | null): number {
  const left = a ?? 0n
  const right = b ?? 0n
  return left < right ? -1 : left > right ? 1 : 0
}
