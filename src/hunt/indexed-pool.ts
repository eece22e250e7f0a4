// A pool that asks the index first: what it rules out is not read, of what it knows in blocks only those are read in which something may stand, and
// everything else is searched whole (and indexed, if an index is being built). The results are those of a whole search.
import type { Problem } from "../model/problem.js"
import type { WorkUnit } from "../model/work-unit.js"
import type { SketchedBlock } from "../sources/files/sketch-file.js"
import { type KnownUnit, Sketches } from "../sources/files/sketches.js"
import { isFor } from "./covered-times.js"
import type { LeafResult, Sample, UnitResult } from "./finding.js"
import type { IndexTarget, KnownLeaf } from "./index-builder.js"
import { queryFor } from "./load-matcher.js"
import { once } from "./once.js"
import { openPool, type Pool, type PoolRequest } from "./pool.js"
import { inOrder, samplesMax } from "./sampler.js"
import type { Part, PartsResult } from "./scan-part.js"
import { huntedBy } from "./scan-setup.js"

export interface IndexUse extends IndexTarget {
  /** What the index does not know is added to it. */
  readonly build: boolean
}

export interface IndexedPoolRequest extends Omit<PoolRequest, "index"> {
  readonly index?: IndexUse
}

export interface IndexedPool extends Pool {
  /** The result of a unit that the index rules out whole: nothing is read, and nothing need be kept of it. */
  readonly ruledOut: (unit: WorkUnit) => UnitResult | undefined
  /** When all results are settled, which may look at what the index knows. */
  readonly release: () => void
}

/** Above this share of a unit's blocks it is read whole: that costs no more. */
const wholeShare = 0.6
/** Below this, starting threads to read candidates costs more than it saves. */
const littleText = 48 * 1024 * 1024

export async function openIndexedPool({ index, ...request }: IndexedPoolRequest, bytesTotal: number): Promise<IndexedPool> {
  if (!index) return { ...(await openPool(request, bytesTotal)), ruledOut: () => undefined, release() {} }
  const { folder, program } = index
  const sketches = new Sketches(folder, program)
  const hunted = huntedBy(request)
  if (sketches.size > 0) sketches.ask(await queryFor(hunted))
  let opened: Promise<Pool> | undefined
  let small: Promise<Pool> | undefined
  const pool = (): Promise<Pool> => (opened ??= openPool(index.build ? { ...request, index } : request, bytesTotal))
  const isLittle = sketches.size > 0 && sketches.textWanted < littleText
  const poolOfParts = (): Promise<Pool> => opened ?? (isLittle ? (small ??= openPool({ ...request, workers: 1 }, 0)) : pool())
  return {
    width: request.workers + 1,
    ruledOut(unit) {
      const known = sketches.find(unit)
      if (!known || sketches.candidates(known).length > 0) return undefined
      if (!isTimed(unit, known, index) && !sketches.hasSamples(known)) return undefined
      return { leaves: known.unit.leaves.map((_, at) => ruledOut(unit, known, at, sketches)) }
    },
    async run(unit) {
      const known = sketches.find(unit)
      const result = known && (await fromIndex(unit, known, sketches, poolOfParts))
      if (result) return result
      return known ? (await poolOfParts()).runAgain(unit) : (await pool()).run(unit)
    },
    runAgain: async (unit) => (await poolOfParts()).runAgain(unit),
    runParts: async (unit, parts) => (await poolOfParts()).runParts(unit, parts),
    async finish() {
      const problems: Problem[] = opened ? [...(await (await opened).finish())] : []
      problems.push(...sketches.problems)
      if (opened && index.build) removeStale(index)
      return problems
    },
    async close() {
      await (await small)?.close()
      await (await opened)?.close()
    },
    release: () => sketches.close(),
  }
}

function removeStale({ folder, program }: IndexTarget): void {
  const sketches = new Sketches(folder, program)
  sketches.prune()
  sketches.close()
}

/** Its time range is settled, so that nothing will ask for its samples. */
function isTimed(unit: WorkUnit, { unit: { leaves } }: KnownUnit, { tz }: IndexTarget): boolean {
  return !unit.segment && leaves.every(({ result }) => isFor((result as KnownLeaf).times, unit.path, tz))
}

/** Undefined where the unit must be searched whole. */
async function fromIndex(unit: WorkUnit, known: KnownUnit, sketches: Sketches, pool: () => Promise<Pool>): Promise<UnitResult | undefined> {
  const wanted = sketches.candidates(known)
  const leaf = wanted[0]?.leaf ?? 0
  const isPartable = !unit.segment && known.unit.leaves[leaf]?.partable === true && wanted.every((block) => block.leaf === leaf)
  if (!isPartable || wanted.length > known.unit.blocks * wholeShare || !sketches.hasSamples(known)) return undefined
  const { format } = knownLeaf(known, leaf)
  const { runParts } = await pool()
  const read = (parts: readonly Part[]): Promise<PartsResult | undefined> =>
    runParts(unit, { format, where: unit.path, headers: known.unit.leaves[leaf]?.headers ?? [], parts })
  let parts = partsOf(known, wanted, sketches)
  let found = await read(parts)
  if (found?.looksBeside) {
    parts = partsOf(known, wholeRooms(known, wanted), sketches)
    found = await read(parts)
  }
  // The file may have changed while it was read.
  if (!found || !sketches.isStill(known, unit)) return undefined
  return {
    leaves: known.unit.leaves.map((_, at) =>
      at === leaf ? partlyRead(unit, known, at, parts, found, sketches) : ruledOut(unit, known, at, sketches),
    ),
  }
}

/** All blocks of the rooms in which these stand. */
function wholeRooms(known: KnownUnit, wanted: readonly SketchedBlock[]): readonly SketchedBlock[] {
  const roomOf = new Map<SketchedBlock, number>()
  let room = 0
  for (const block of known.blocks()) roomOf.set(block, block.opensRoom ? ++room : room)
  const rooms = new Set(wanted.map((block) => roomOf.get(block)))
  return known.blocks().filter((block) => rooms.has(roomOf.get(block)))
}

/** Neighbouring blocks are read in one go. */
function partsOf(
  known: KnownUnit,
  wanted: readonly { readonly from: number; readonly to: number; readonly newlines: number }[],
  sketches: Sketches,
): readonly Part[] {
  const parts: { from: number; to: number; readonly newlines: number }[] = []
  for (const { from, to, newlines } of wanted) {
    const last = parts.at(-1)
    if (last?.to === from) last.to = to
    else parts.push({ from, to, newlines })
  }
  return parts.map((part) => ({ ...part, point: sketches.pointBefore(known, part.from) }))
}

function knownLeaf({ unit }: KnownUnit, at: number): KnownLeaf {
  return unit.leaves[at]?.result as KnownLeaf
}

function ruledOut(unit: WorkUnit, known: KnownUnit, at: number, sketches: Sketches): LeafResult {
  const leaf = shownAs(knownLeaf(known, at), known.unit.shown, unit.path)
  // Almost never looked at: the times are settled.
  const samples = once(() => inOrder(samplesOf(known, at, sketches), []))
  const { member, mtimeMs, format, notSearched, decoded, records, undated, newlines, textCrc, problems, list, own, empty } = leaf
  // By name, and all of them: of an index there are many, and a copy of unknown names costs more.
  return {
    member,
    mtimeMs,
    format,
    notSearched,
    decoded,
    records,
    undated,
    newlines,
    textCrc,
    problems,
    list,
    own,
    empty,
    searched: 0,
    ruledOut: leaf.searched,
    known: leaf.times,
    times: undefined,
    get samples() {
      return samples()
    },
    findings: [],
    decoys: [],
  } satisfies Record<keyof KnownLeaf, unknown> & LeafResult
}

function partlyRead(
  unit: WorkUnit,
  known: KnownUnit,
  at: number,
  parts: readonly Part[],
  found: PartsResult,
  sketches: Sketches,
): LeafResult {
  const { times, ...leaf } = knownLeaf(known, at)
  const read = parts.reduce((sum, { from, to }) => sum + to - from, 0)
  const shown = shownAs(leaf, known.unit.shown, unit.path)
  // Where every record has a time of its own, nobody asks for them.
  const samples = once(() => inOrder(samplesOf(known, at, sketches), found.neighbours.slice(0, samplesMax)))
  // Of compressed bytes nobody can say which were read for which text.
  const searched = leaf.decoded > 0 ? Math.min(leaf.searched, Math.round((leaf.searched * read) / leaf.decoded)) : leaf.searched
  return {
    ...shown,
    problems: [...shown.problems, ...found.problems],
    searched,
    ruledOut: leaf.searched - searched,
    get samples() {
      return samples()
    },
    // Where no hit asked for stamps of its own, they are settled.
    ...(found.neighbours.length === 0 && { times }),
    findings: found.findings,
    decoys: found.decoys,
  }
}

function samplesOf(known: KnownUnit, leaf: number, sketches: Sketches): readonly Sample[] {
  const samples = sketches.samples(known)
  return known.blocks().flatMap((block, at) => (block.leaf === leaf ? ((samples[at] ?? []) as readonly Sample[]) : []))
}

/** The archive may have been given by another path than when it was read. */
function shownAs<L extends Pick<LeafResult, "problems">>(leaf: L, then: string, now: string): L {
  if (then === now) return leaf
  return {
    ...leaf,
    problems: leaf.problems.map((one) => (one.where.startsWith(then) ? { ...one, where: now + one.where.slice(then.length) } : one)),
  }
}
