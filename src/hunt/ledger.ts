// The done-marks of one hunt: what the workspace already answers for, and for which patterns. What is new is committed in groups.
import { StoreError } from "../hits/store/database.js"
import type { FileIdentity, StoredUnit, TextSum, UnitCommit, UnitStore } from "../hits/store/unit-store.js"
import type { Indicator } from "../model/indicator.js"
import type { ProblemCode } from "../model/problem.js"
import type { WorkUnit } from "../model/work-unit.js"
import { combined, renumbered } from "./combine.js"
import { joinSum, noText } from "./crc-join.js"
import { digestOf } from "./digest.js"
import { probeOf } from "./file-state.js"
import type { LeafResult, UnitResult } from "./finding.js"

/** What one pass searches for. */
export interface Patterns {
  readonly indicators: readonly Indicator[]
  readonly decoys: readonly Indicator[]
}

export interface Known {
  readonly result?: UnitResult
  /** Absent where nothing is left to search for. */
  readonly missing?: Patterns
}

export interface Ledger {
  /** What earlier hunts found in each unit of a file, in the numbers of this one, and what was not searched for yet. */
  known(file: WorkUnit, identity: () => FileIdentity | undefined, units: readonly WorkUnit[]): readonly Known[]
  /** In the numbers of `patterns`. */
  commit(file: WorkUnit, identity: FileIdentity, unit: WorkUnit, patterns: Patterns, result: UnitResult): void
  /** Notes by what a file whose units are all done will be recognised. */
  describe(identity: FileIdentity | undefined, results: readonly UnitResult[]): void
  /** Commits what is pending. */
  flush(): void
  /** Why the workspace could not be written, once it failed; the hunt goes on without it. */
  readonly failure: StoreError | undefined
}

export interface LedgerRequest {
  /** All that the hunt searches for: what was searched for none of it yet is missing this very value. */
  readonly whole: Patterns
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly units: UnitStore
  /** Results of another version of the program are not used. */
  readonly version: string
  /** Earlier results are not used; what is found replaces them. */
  readonly fresh: boolean
  readonly now: () => Date
}

/** A commit waits for the disk: results of this time share one. A kill costs no more than this, and what is being searched. */
const commitEveryMs = 100
const pendingMax = 256

export function openLedger(request: LedgerRequest): Ledger {
  const { units, whole } = request
  const setup = digestOf("unit", request.version, request.own.join(), request.trustedProxies.join())
  const wanted = keysOf(whole)
  const plans = new Map<string, Plan>()
  const keys = new Map<Patterns, readonly string[]>([[whole, wanted]])
  let pending: UnitCommit[] = []
  let texts: { readonly file: FileIdentity; readonly text: TextSum }[] = []
  let flushedAt = request.now().getTime()
  let failure: StoreError | undefined
  const guarded = <T>(body: () => T): T | undefined => {
    try {
      return failure ? undefined : body()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      failure = error
      return undefined
    }
  }
  const flush = (): void => {
    const [commits, descriptions] = [pending, texts]
    pending = []
    texts = []
    if (commits.length > 0) guarded(() => units.commit(commits, request.now().toISOString()))
    if (descriptions.length > 0) guarded(() => units.describe(descriptions))
    flushedAt = request.now().getTime()
  }
  const names = new Map<number, readonly string[] | undefined>()
  const namesOf = (set: number): readonly string[] | undefined => {
    if (!names.has(set)) names.set(set, units.patterns(set))
    return names.get(set)
  }
  const planFor = (sets: readonly number[]): Plan => {
    const key = sets.join()
    const known = plans.get(key)
    if (known) return known
    const plan = planOf(
      whole,
      wanted,
      sets.map((set) => namesOf(set) ?? []),
    )
    plans.set(key, plan)
    return plan
  }
  // Without its names or its result, a unit is not done.
  const readable = ({ id, patternSet }: StoredUnit): readonly { readonly patternSet: number; readonly result: UnitResult }[] => {
    const result = namesOf(patternSet) && (units.load(id) as UnitResult | undefined)
    return result ? [{ patternSet, result }] : []
  }
  const knownPart = (file: number, part: string): Known => {
    const stored = (guarded(() => units.results(file, part, setup)) ?? []).flatMap((one) => guarded(() => readable(one)) ?? [])
    if (stored.length === 0) return { missing: whole }
    const plan = planFor(stored.map(({ patternSet }) => patternSet))
    const parts = plan.renumberings.map((to, index) => renumbered((stored[index] as { readonly result: UnitResult }).result, to))
    const result = parts.reduce<UnitResult | undefined>((sum, one) => sum && combined(sum, one), parts[0] && emptied(parts[0]))
    if (!result) return { missing: whole }
    return { result, ...(plan.missing && { missing: plan.missing }) }
  }
  return {
    known(file, identity, asUnits) {
      const seen = request.fresh ? undefined : identity()
      const at = seen && guarded(() => units.find(seen, probeOf(file)))
      if (at === undefined) return asUnits.map(() => ({ missing: whole }))
      const asked = asUnits.map((unit) => knownPart(at, partOf(unit)))
      if (asked.every((one) => one.missing === undefined)) return ofSize(asked, file.size)
      // A log that was compressed since is searched whole, where the plain one was searched in segments; or the other way round.
      const parts = inOrder(guarded(() => units.parts(at, setup)) ?? [])
      const other = parts?.map((part) => knownPart(at, part))
      return other?.every((one) => one.missing === undefined) ? ofSize(other, file.size) : asked
    },
    commit(file, identity, unit, patterns, result) {
      if (!isDone(result) || failure) return
      // What the index rules out it rules out again, for less than a commit costs.
      if (result.leaves.some((leaf) => leaf.ruledOut)) return
      const named = keys.get(patterns) ?? keysOf(patterns)
      keys.set(patterns, named)
      const sample = probeOf(file).sample()
      if (sample === undefined) return
      pending.push({ file: identity, sample, part: partOf(unit), setup, patterns: named, value: result })
      if (pending.length >= pendingMax || Math.abs(request.now().getTime() - flushedAt) >= commitEveryMs) flush()
    },
    describe(identity, results) {
      const text = textOf(results)
      if (identity && text && text.bytes > 0) texts.push({ file: identity, text })
    },
    flush,
    get failure() {
      return failure
    },
  }
}

interface Plan {
  readonly renumberings: readonly { indicator(index: number): number | undefined; decoy(index: number): number | undefined }[]
  readonly missing?: Patterns
}

/** Each pattern is taken from the first result that has it. */
function planOf(whole: Patterns, wanted: readonly string[], stored: readonly (readonly string[])[]): Plan {
  const numbers = new Map(wanted.map((key, index) => [key, index]))
  const taken = new Set<number>()
  const renumberings = stored.map((names) => {
    const mine = names.map((name) => {
      const number = numbers.get(name)
      return number === undefined || taken.has(number) ? undefined : number
    })
    for (const number of mine) if (number !== undefined) taken.add(number)
    const decoysFrom = indicatorsIn(names)
    const offset = whole.indicators.length
    return {
      indicator: (index: number) => mine[index],
      decoy: (index: number) => {
        const number = mine[decoysFrom + index]
        return number === undefined ? undefined : number - offset
      },
    }
  })
  if (taken.size === wanted.length) return { renumberings }
  const open = (index: number): boolean => !taken.has(index)
  const indicators = whole.indicators.filter((_, index) => open(index))
  const decoys = whole.decoys.filter((_, index) => open(whole.indicators.length + index))
  return { renumberings, missing: { indicators, decoys } }
}

const decoyMark = "~"

function keysOf({ indicators, decoys }: Patterns): readonly string[] {
  return [...indicators.map(({ type, value }) => `${type} ${value}`), ...decoys.map(({ type, value }) => `${decoyMark}${type} ${value}`)]
}

function indicatorsIn(names: readonly string[]): number {
  const first = names.findIndex((name) => name.startsWith(decoyMark))
  return first < 0 ? names.length : first
}

/** The first result without its findings, to which all are then added alike. */
function emptied(result: UnitResult): UnitResult {
  return { leaves: result.leaves.map((leaf) => ({ ...leaf, findings: [], decoys: [] })) }
}

/** Stored parts as they follow each other; undefined where they leave a gap or overlap, so that they are not one search of the whole. */
function inOrder(parts: readonly string[]): readonly string[] | undefined {
  if (parts.includes("")) return [""]
  const ranges = parts
    .map((part) => ({ part, from: Number(part.split("-")[0]), to: Number(part.split("-")[1]) }))
    .sort((a, b) => a.from - b.from)
  const whole = ranges.length > 0 && ranges.every(({ from }, index) => from === (ranges[index - 1]?.to ?? 0))
  return whole ? ranges.map(({ part }) => part) : undefined
}

/** The stored bytes are those of the file as it is now, in whatever form it was searched. */
function ofSize(known: readonly Known[], size: number): readonly Known[] {
  const leaves = known.flatMap(({ result }) => result?.leaves ?? [])
  if (leaves.reduce((sum, leaf) => sum + leaf.searched + leaf.notSearched, 0) === size) return known
  return known.map(({ result, ...rest }, at) => {
    const own = result?.leaves.map((leaf, index) => ({ ...leaf, searched: at === 0 && index === 0 ? size : 0 }))
    return { ...rest, ...(own && { result: { leaves: own } }) }
  })
}

function partOf({ segment }: WorkUnit): string {
  return segment ? `${segment.from}-${segment.to}` : ""
}

/** What may be otherwise at the next try. Other damage is in the bytes, which are the same then. */
const passing: readonly ProblemCode[] = ["unreadable", "timeout"]

function isDone({ leaves }: UnitResult): boolean {
  return leaves.every((leaf) => leaf.problems.every((problem) => !passing.includes(problem.code)))
}

/** The sum of a file that is one text, from those of its segments. */
function textOf(results: readonly UnitResult[]): TextSum | undefined {
  const leaves = results.flatMap((result) => result.leaves)
  let sum: TextSum | undefined = noText
  for (const leaf of leaves) sum = sum && withLeaf(sum, leaf)
  return sum
}

function withLeaf(sum: TextSum, leaf: LeafResult): TextSum | undefined {
  if (leaf.textCrc === undefined || leaf.problems.length > 0) return undefined
  return joinSum(sum, { bytes: leaf.decoded, crc: leaf.textCrc })
}
