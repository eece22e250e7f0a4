// The hunt: lists the units, hands them to the workers, settles each file, and puts the answer into one stable order.
import { resolve, sep } from "node:path"
import type { FileIdentity } from "../hits/store/unit-store.js"
import type { Coverage } from "../model/coverage.js"
import type { Indicator } from "../model/indicator.js"
import type { Problem } from "../model/problem.js"
import { storedBytes, type WorkUnit } from "../model/work-unit.js"
import { discover, plainHead, segmentsOf } from "../sources/files/files.js"
import { recognizeFormat } from "../sources/formats/index.js"
import { combined, type Renumbering, renumbered } from "./combine.js"
import { withTimes } from "./covered-times.js"
import { changeOf, identityOf, isOther } from "./file-state.js"
import type { UnitResult } from "./finding.js"
import { createGathering, type Gathered } from "./gather.js"
import { type IndexedPool, type IndexUse, openIndexedPool } from "./indexed-pool.js"
import { type Known, type Ledger, type LedgerRequest, openLedger, type Patterns } from "./ledger.js"
import { once } from "./once.js"
import { type HuntRange, type SettledFile, settleFile } from "./settle.js"
import { type Held, openShelf, type Shelf } from "./shelf.js"

/** Plain files above this are searched in segments, by several workers at once. */
const segmentBytes = 16 * 1024 * 1024
/** Files that are not read at all are passed over so many at a time. */
const sparedAtOnce = 64

export interface HuntRequest extends HuntRange {
  readonly paths: readonly string[]
  readonly indicators: readonly Indicator[]
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  /** Unlisted neighbours of the listed addresses, searched alike and only counted. */
  readonly decoys?: readonly Indicator[]
  /** The indicators are names of accounts, found where they acted: in `user.name`. */
  readonly accounts?: boolean
  readonly workers: number
  /** So many hits of one indicator in one role are kept in full; absent is all. Counts and sightings are of all. */
  readonly recordsPerGroup?: number
  /** What the index knows is not read again. */
  readonly index?: IndexUse
  /** Threads are started however small the archive is. */
  readonly alwaysThreads?: boolean
  /** The workspace that knows what earlier hunts searched, and is told what this one did; absent for a hunt that leaves no trace. */
  readonly record?: HuntRecord
  /** A folder that is not searched: the workspace's own, which is no evidence and is written meanwhile. */
  readonly exclude?: string
  readonly progress?: (state: HuntProgress) => void
  /** Aborting ends the hunt with what was found so far, marked incomplete. */
  readonly signal?: AbortSignal
}

export interface HuntRecord extends Pick<LedgerRequest, "units" | "version" | "now"> {
  /** Everything is searched again; earlier results are not used. */
  readonly fresh: boolean
}

function isBelow(folder: string): (unit: WorkUnit) => boolean {
  const start = resolve(folder) + sep
  return ({ path }) => resolve(path).startsWith(start)
}

export interface HuntProgress {
  readonly bytes: number
  readonly bytesTotal: number
  readonly files: number
  readonly filesTotal: number
  readonly hits: number
  /** What is done with the archive, where it is read once more. */
  readonly pass?: string
}

/** Of work that is counted, not read. */
export interface StepProgress {
  readonly steps: number
  readonly stepsTotal: number
  readonly pass: string
}

/** Hits in full are those of `recordsPerGroup`; counts and sightings are of all. */
export interface HuntAnswer extends Gathered {
  readonly outsideWindow: number
  /** Records that hold a decoy, and decoys that occur; null where none were searched. */
  readonly decoys: { readonly hits: number; readonly addresses: number } | null
  readonly coverage: readonly Coverage[]
  readonly problems: readonly Problem[]
  /** The hunt was cut off: files without coverage were not searched. */
  readonly interrupted: boolean
  /** Units searched in this run, and units of which an earlier one had the result. */
  readonly units: { readonly done: number; readonly resumed: number }
}

export async function hunt(request: HuntRequest): Promise<HuntAnswer> {
  const files: WorkUnit[] = []
  const isExcluded = request.exclude === undefined ? () => false : isBelow(request.exclude)
  for await (const unit of discover(request.paths)) if (!isExcluded(unit)) files.push(unit)
  const whole: Patterns = { indicators: request.indicators, decoys: request.decoys ?? [] }
  const ledger = request.record && openLedger({ ...request, ...request.record, whole })
  const shelf = openShelf()
  const pools: IndexedPool[] = []
  try {
    const plans: FilePlan[] = []
    for (const file of files) plans.push(await planOf(file, whole, ledger, shelf))
    const progress = progressOf(plans, request)
    const problems: Problem[] = []
    for (let passes = passesOf(plans); passes.length > 0 && !request.signal?.aborted; passes = passesOf(plans)) {
      for (const pass of passes) problems.push(...(await runPass(pass, request, { ledger, shelf, pools, progress, whole })))
    }
    ledger?.flush()
    const answer = answerOf(plans, request, ledger, problems)
    ledger?.flush()
    return ledger?.failure ? { ...answer, problems: [...answer.problems, unrecorded(ledger.failure)] } : answer
  } finally {
    ledger?.flush()
    shelf.close()
    for (const pool of pools) pool.release()
  }
}

interface UnitPlan {
  readonly unit: WorkUnit
  /** What is known of it so far. */
  held: Held | undefined
  /** What it is still to be searched for. */
  missing: Patterns | undefined
  /** Nothing was left to be searched. */
  readonly resumed: boolean
}

interface FilePlan {
  readonly file: WorkUnit
  /** As it was when it was first asked for, which is before it is searched; undefined for what is no file. */
  readonly looks: () => FileIdentity | undefined
  /** The same; undefined for one that is not to be remembered. */
  readonly identity: () => FileIdentity | undefined
  readonly units: readonly UnitPlan[]
}

async function planOf(file: WorkUnit, whole: Patterns, ledger: Ledger | undefined, shelf: Shelf): Promise<FilePlan> {
  const looks = once(() => identityOf(file))
  // One that grew since it was listed is searched as far as it went then, and is not done.
  const identity = (): FileIdentity | undefined => (looks()?.size === file.size ? looks() : undefined)
  const units = await unitsOf(file)
  const known = ledger?.known(file, identity, units) ?? units.map(() => ({ missing: whole }))
  const plans = known.map(({ result, missing }: Known, index): UnitPlan => {
    // Where everything is known, the parts may be other ones than those that would be searched now.
    return { unit: units[index] ?? file, held: result && shelf.put(result), missing, resumed: missing === undefined }
  })
  return { file, looks, identity, units: plans }
}

/** All that is to be searched for the same patterns, in one pass of the workers. */
interface Pass {
  readonly patterns: Patterns
  readonly files: readonly FilePlan[]
}

function passesOf(plans: readonly FilePlan[]): readonly Pass[] {
  const passes = new Map<Patterns, Set<FilePlan>>()
  for (const plan of plans) {
    for (const { missing } of plan.units) if (missing) passes.set(missing, (passes.get(missing) ?? new Set()).add(plan))
  }
  return [...passes].map(([patterns, files]) => ({ patterns, files: [...files] }))
}

interface PassTools {
  readonly ledger: Ledger | undefined
  readonly shelf: Shelf
  /** Pools that were opened. */
  readonly pools: IndexedPool[]
  readonly progress: Tally
  readonly whole: Patterns
}

/** What went wrong beside the search itself. */
async function runPass(
  pass: Pass,
  request: HuntRequest,
  { ledger, shelf, pools, progress, whole }: PassTools,
): Promise<readonly Problem[]> {
  const { own, trustedProxies, workers, signal, index, accounts = false, alwaysThreads = false } = request
  const bytes = sizeOf(pass.files)
  const setup = {
    ...pass.patterns,
    own,
    trustedProxies,
    workers,
    accounts,
    alwaysThreads,
    ...(request.tz === undefined ? {} : { tz: request.tz }),
    textSums: ledger !== undefined,
    passed: progress.passed,
    ...(index ? { index } : {}),
  }
  const pool = await openIndexedPool(setup, bytes)
  pools.push(pool)
  // A pass for everything counts as the hunt does.
  const renumbering = pass.patterns === whole ? undefined : renumberingOf(pass.patterns, request)
  const keep = (one: UnitPlan, result: UnitResult): void => {
    progress.found(result)
    const all = one.held ? combined(one.held.get(), result) : result
    one.held = all && shelf.put(all)
    // What the workspace knows of the unit does not fit what was read now: it is searched for everything.
    one.missing = all ? undefined : whole
  }
  const search = async (plan: FilePlan, one: UnitPlan): Promise<void> => {
    if (signal?.aborted) return
    const before = plan.looks()
    const found = await pool.run(one.unit)
    progress.passed(one.unit, storedBytes(one.unit))
    // What is kept is not settled again when the hunt is resumed.
    const result = ledger ? withTimes(found, one.unit, request.tz) : found
    const change = before ? (isOther(plan.file, before) ? "rewritten" : changeOf(before, identityOf(plan.file))) : "none"
    const identity = plan.identity()
    if (ledger && identity && change === "none") ledger.commit(plan.file, identity, one.unit, pass.patterns, result)
    const settled = change === "rewritten" ? asRewritten(result, plan.file) : result
    keep(one, renumbering ? renumbered(settled, renumbering) : settled)
  }
  /** True if nothing of the file is left to be read. */
  const isSpared = (plan: FilePlan): boolean => {
    for (const one of plan.units) {
      const result = one.missing === pass.patterns ? pool.ruledOut(one.unit) : undefined
      if (result) keep(one, result)
    }
    if (plan.units.some((one) => one.missing === pass.patterns)) return false
    progress.done(plan)
    return true
  }
  try {
    // First of all, since it is said of the files as they were listed.
    const open: FilePlan[] = []
    for (const [at, plan] of pass.files.entries()) {
      if (signal?.aborted) break
      if (!isSpared(plan)) open.push(plan)
      if ((at + 1) % sparedAtOnce === 0) await new Promise((resume) => setImmediate(resume))
    }
    const jobs = largestFirst(open)
    const runners = Array.from({ length: pool.width }, async () => {
      for (let plan = jobs.next(); plan !== undefined && !signal?.aborted; plan = jobs.next()) {
        const missing = plan.units.filter((one) => one.missing === pass.patterns)
        await Promise.all(missing.map((one) => search(plan as FilePlan, one)))
        progress.done(plan)
        // A search in this thread leaves no pause by itself: an interrupt could not be heard.
        await new Promise((resume) => setImmediate(resume))
      }
    })
    await Promise.all(runners)
    return await pool.finish()
  } finally {
    await pool.close()
  }
}

/** Long units first, so that no core waits for a large file that began last. */
function largestFirst(plans: readonly FilePlan[]): { next(): FilePlan | undefined } {
  const order = plans.map((plan, index) => ({ plan, index })).sort((a, b) => b.plan.file.size - a.plan.file.size || a.index - b.index)
  return { next: () => order.shift()?.plan }
}

/** From the numbers of a pass to those of the hunt. */
function renumberingOf(patterns: Patterns, request: HuntRequest): Renumbering {
  const indicators = new Map(request.indicators.map((one, index) => [one, index]))
  const decoys = new Map((request.decoys ?? []).map((one, index) => [one, index]))
  return {
    indicator: (index) => indicators.get(patterns.indicators[index] as Indicator),
    decoy: (index) => decoys.get(patterns.decoys[index] as Indicator),
  }
}

function asRewritten(result: UnitResult, file: WorkUnit): UnitResult {
  const message = "was rewritten or replaced while it was searched: what was found may be of either content; hunt again"
  const problem: Problem = { code: "unreadable", where: file.path, message }
  return { leaves: result.leaves.map((leaf, index) => (index === 0 ? { ...leaf, problems: [...leaf.problems, problem] } : leaf)) }
}

interface Tally {
  /** Before times are known and copies joined: only so many are shown while it goes on. */
  found(result: UnitResult): void
  /** Stored bytes of a unit that were read so far; a file counts as a whole once all its units are done. */
  passed(unit: WorkUnit, bytes: number): void
  done(plan: FilePlan): void
}

function progressOf(plans: readonly FilePlan[], request: HuntRequest): Tally {
  const open = plans.filter((plan) => plan.units.some((one) => one.missing))
  const totals = { bytesTotal: sizeOf(open), filesTotal: open.length }
  const state = { bytes: 0, files: 0, hits: 0 }
  /** Of units whose files are not done. */
  const parts = new Map<WorkUnit, number>()
  /** Bytes of them that were read. */
  let partly = 0
  const tell = (): void => request.progress?.({ ...state, bytes: state.bytes + partly, ...totals })
  return {
    passed(unit, bytes) {
      // A unit that is read again after its worker died does not go back.
      const before = parts.get(unit) ?? 0
      const now = Math.min(storedBytes(unit), Math.max(before, bytes))
      partly += now - before
      parts.set(unit, now)
      tell()
    },
    found({ leaves }) {
      for (const { findings } of leaves) for (const { occurrences } of findings) state.hits += occurrences.length
    },
    done({ file, units }) {
      if (units.some((one) => one.missing)) return
      state.bytes += file.size
      state.files++
      for (const { unit } of units) {
        partly -= parts.get(unit) ?? 0
        parts.delete(unit)
      }
      tell()
    },
  }
}

function sizeOf(plans: readonly FilePlan[]): number {
  return plans.reduce((total, { file }) => total + file.size, 0)
}

/** Undefined where a unit was not searched for everything: then the file was not. */
function settlePlan({ file, identity, units }: FilePlan, request: HuntRequest, ledger: Ledger | undefined): SettledFile | undefined {
  if (units.some((one) => one.missing || !one.held)) return undefined
  const results = units.map((one) => (one.held as Held).get())
  if (ledger && units.some((one) => !one.resumed) && !results.some(isSpared)) ledger.describe(identity(), results)
  return settleFile(file, results, request.indicators, request)
}

/** What the index spared is not recorded. */
function isSpared({ leaves }: UnitResult): boolean {
  return leaves.some((leaf) => leaf.ruledOut)
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

/** Files are gathered one after another, in the order in which they were listed: so the answer does not depend on who was ready first. */
function answerOf(plans: readonly FilePlan[], request: HuntRequest, ledger: Ledger | undefined, besides: readonly Problem[]): HuntAnswer {
  const gathering = createGathering(request.recordsPerGroup ?? Number.POSITIVE_INFINITY)
  const coverage: Coverage[] = []
  const problems: Problem[] = []
  const skipped: WorkUnit[] = []
  const decoys = new Map<number, number>()
  let outsideWindow = 0
  for (const plan of plans) {
    const settled = settlePlan(plan, request, ledger)
    if (!settled) {
      skipped.push(plan.file)
      continue
    }
    const { found, listed } = gathering.add(settled.hits)
    outsideWindow += settled.outsideWindow
    const [whole, ...members] = settled.coverage
    if (whole) coverage.push(listed < found ? { ...whole, hits: { found, listed } } : whole, ...members)
    problems.push(...settled.problems)
    for (const [decoy, records] of settled.decoys) decoys.set(decoy, (decoys.get(decoy) ?? 0) + records)
  }
  const gathered = gathering.gathered()
  return {
    ...gathered,
    outsideWindow,
    decoys: request.decoys?.length ? { hits: [...decoys.values()].reduce((a, b) => a + b, 0), addresses: decoys.size } : null,
    coverage: [...coverage, ...skipped.map(unsearched)],
    problems: [...problems, ...skipped.map(cutOff), ...besides, ...unlisted(gathered, request)],
    interrupted: request.signal?.aborted ?? false,
    units: unitsIn(plans),
  }
}

function unitsIn(plans: readonly FilePlan[]): HuntAnswer["units"] {
  const units = plans.flatMap((plan) => plan.units)
  const resumed = units.filter((unit) => unit.resumed).length
  return { done: units.filter((unit) => unit.held !== undefined && !unit.missing).length - resumed, resumed }
}

function unlisted({ hits, counts }: Gathered, { recordsPerGroup }: HuntRequest): readonly Problem[] {
  if (hits.length === counts.total) return []
  const message = `${hits.length} of ${counts.total} are listed: of one indicator in one role (of logins, for each account) the first ${recordsPerGroup}; all counts are exact, triage judges the listed ones, and --all-records lists all`
  return [{ code: "limit", where: "hits", message }]
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

function unrecorded(failure: Error): Problem {
  return { code: "limit", where: "workspace", message: `the hunt is not recorded and cannot be resumed: ${failure.message}` }
}
