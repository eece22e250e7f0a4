// From findings to hits: when, in which role, in or out of the range. Called once for each file, when all of its units are in.
import { showsAccess } from "../hits/authentication.js"
import { connectionKey } from "../hits/contact.js"
import { gradeOf, validityOf } from "../hits/grade.js"
import { accountName } from "../hits/triage/account.js"
import { text } from "../hits/triage/fields.js"
import type { Coverage, CoverageState } from "../model/coverage.js"
import type { Hit, Occurrence, Source } from "../model/hit.js"
import type { Indicator } from "../model/indicator.js"
import type { Echo, LogRecord, Place } from "../model/log-record.js"
import type { Problem, ProblemCode } from "../model/problem.js"
import { formatInstant, type Instant, type Stamp, type TimeInterval } from "../model/time.js"
import type { WorkUnit } from "../model/work-unit.js"
import { type FileClock, keptInRange, resolveStamp, resolveTime, undatedTime } from "../sources/time/resolve.js"
import { clockOf, coveredTimes, isFor } from "./covered-times.js"
import { digestOf } from "./digest.js"
import type { DecoySight, Finding, LeafResult, Sample, UnitResult } from "./finding.js"

/** The longest record text in a hit, in bytes. */
const recordBytesMax = 4096

export interface HuntRange {
  readonly since: Instant | null
  readonly until: Instant | null
  readonly tz?: string
}

/** Of one indicator, so many kinds of hits are told by one value each. */
const rolesMax = 10_000

/** What hits of one kind have in common. */
export type HitRole = Pick<Hit, "indicator" | "strength" | "where" | "direction" | "action" | "outcome" | "echo" | "grade">

/** A hit before duplicates in other files are known, and what is needed to tell them. The whole of it is made when it is asked for. */
export interface SettledHit {
  readonly role: HitRole
  readonly source: Source
  readonly hit: Hit
  /** Equal for records of equal text and time: 32 hex digits. */
  readonly sameness: string
  readonly connection: string | undefined
  /** Whose login it was, or whose act that only a login allows. */
  readonly account: string | undefined
  readonly earliest: Instant | null
  readonly latest: Instant | null
}

export interface SettledFile {
  readonly hits: readonly SettledHit[]
  readonly outsideWindow: number
  /** Records in range that hold a decoy, by the decoy's number; plain pairs, since it is stored. */
  readonly decoys: readonly (readonly [decoy: number, records: number])[]
  readonly coverage: readonly Coverage[]
  readonly problems: readonly Problem[]
}

/** `results` are those of the file's units, in order of their segments. */
export function settleFile(
  unit: WorkUnit,
  results: readonly UnitResult[],
  indicators: readonly Indicator[],
  range: HuntRange,
): SettledFile {
  const leaves = results.length === 1 ? (results[0]?.leaves ?? []) : [joinSegments(results)]
  const hits: SettledHit[] = []
  const decoys = new Map<number, number>()
  let outsideWindow = 0
  const coverage: { readonly leaf: LeafResult; readonly entry: Coverage }[] = []
  for (const leaf of leaves) {
    const clock = clockOf(unit.path, leaf, range.tz)
    for (const finding of leaf.findings) {
      const found = timeOf(finding, clock)
      const time = keptInRange(found, range.since, range.until, clock)
      if (time === undefined) outsideWindow += finding.occurrences.length
      else for (const occurrence of finding.occurrences) hits.push(settle(unit, leaf, finding, occurrence, time, indicators, clock))
    }
    for (const { decoy, record, at } of leaf.list || leaf.own ? [] : (leaf.decoys ?? [])) {
      const found = timeOf({ record, at }, clock)
      if (keptInRange(found, range.since, range.until, clock) !== undefined) decoys.set(decoy, (decoys.get(decoy) ?? 0) + 1)
    }
    coverage.push({ leaf, entry: coverageOf(unit, leaf, clock) })
  }
  const problems = leaves.flatMap((leaf) => leaf.problems)
  const pairs = [...decoys].sort(([a], [b]) => a - b)
  return { hits, outsideWindow, decoys: pairs, coverage: fileCoverage(unit, coverage), problems: distinct(problems) }
}

function timeOf(finding: Pick<DecoySight, "record" | "at">, clock: FileClock): TimeInterval {
  if (finding.record.time || finding.record.end || finding.record.created) return resolveTime(finding.record, finding.at, clock)
  if (finding.record.detached) return undatedTime(undefined, undefined, clock)
  const { samples } = clock
  const behind = upper(samples, finding.at)
  const before = samples[behind - 1]
  const after = samples[behind]
  return undatedTime(before && resolveStamp(before.stamp, before.at, clock), after && resolveStamp(after.stamp, after.at, clock), clock)
}

function settle(
  unit: WorkUnit,
  leaf: LeafResult,
  finding: Finding,
  occurrence: Occurrence,
  time: TimeInterval,
  indicators: readonly Indicator[],
  clock: FileClock,
): SettledHit {
  const indicator = indicators[occurrence.indicator] as Indicator
  const source: Source = { path: unit.path, ...(leaf.member === undefined ? {} : { member: leaf.member }), ...finding.place }
  const { record } = finding
  const role = roleOf(indicator, occurrence, record, record.echo ?? (leaf.own ? "own-output" : leaf.list ? "list" : null))
  return new MadeHit({ role, source, indicator, finding, occurrence, time, clock })
}

interface HitParts {
  readonly role: HitRole
  readonly source: Source
  readonly indicator: Indicator
  readonly finding: Finding
  readonly occurrence: Occurrence
  readonly time: TimeInterval
  readonly clock: FileClock
}

/** One of a million is no more than its parts, until the whole of it is asked for. */
class MadeHit implements SettledHit {
  readonly role: HitRole
  readonly source: Source
  readonly sameness: string
  readonly #parts: HitParts
  #whole: Hit | undefined

  constructor(parts: HitParts) {
    const { role, source, indicator, finding, time } = parts
    this.role = role
    this.source = source
    this.#parts = parts
    // Records whose time only their surroundings give are not known to be equal in time, whatever their text (semantics 10.2).
    const own = time.assumption.includes("undated") || time.assumption.includes("from-neighbours")
    const text = finding.record.text.replace(/^<\d{1,3}>/, "")
    const { earliest, latest } = time
    this.sameness = digestOf(indicator.type, indicator.value, text, String(earliest ?? ""), String(latest ?? ""), own ? idOf(parts) : "")
  }

  get earliest(): Instant | null {
    return this.#parts.time.earliest
  }

  get latest(): Instant | null {
    return this.#parts.time.latest
  }

  get hit(): Hit {
    this.#whole ??= wholeOf(this.#parts)
    return this.#whole
  }

  get account(): string | undefined {
    const { record } = this.#parts.finding
    return this.role.grade === "authenticated" || showsAccess(record) ? accountName(text(record.fields["user.name"])) : undefined
  }

  get connection(): string | undefined {
    return connectionKey(this.#parts.finding.record)
  }
}

function idOf({ source, indicator, finding: { place, record } }: HitParts): string {
  const where = String(place.line ?? place.record ?? place.offset ?? 0)
  return digestOf(indicator.type, indicator.value, source.path, source.member ?? "", where, record.text)
}

function wholeOf(parts: HitParts): Hit {
  const { role, source, indicator, occurrence, time, clock } = parts
  const { record, at } = parts.finding
  const cut = around(record.text, occurrence.observed)
  return {
    type: "hit",
    id: idOf(parts),
    indicator: role.indicator,
    observed: occurrence.observed,
    strength: role.strength,
    notes: occurrence.notes,
    where: role.where,
    direction: role.direction,
    action: role.action,
    outcome: role.outcome,
    validity: validityOf(indicator, time),
    echo: role.echo,
    contact: null,
    source,
    also: [],
    format: record.format,
    time: { earliest: said(time.earliest), latest: said(time.latest), assumption: time.assumption },
    record: cut.text,
    truncated: cut.truncated,
    fields: record.created ? { ...record.fields, "event.created": createdOf(record.created, at, clock) } : record.fields,
    grade: role.grade,
  }
}

function said(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant)
}

const roles = new WeakMap<Indicator, Map<string, HitRole>>()

/** One and the same value for all hits of a kind, by which they are told from others. */
function roleOf(indicator: Indicator, { strength, where }: Occurrence, record: LogRecord, echo: Echo | null): HitRole {
  const direction = strength === "lookup" || where === "dns.answers.data" ? "unknown" : record.direction
  const { action } = record
  const outcome = action === "blocked" ? "failure" : record.outcome
  const grade = gradeOf(strength, echo, record)
  const named = namedIn(indicator)
  const one = { indicator: named, strength, where, direction, action, outcome, echo, grade }
  // Most come in the role of the one before.
  if (latestRole && isSameRole(latestRole, one)) return latestRole
  const key = `${strength} ${direction} ${action} ${outcome} ${echo} ${grade} ${where}`
  let ofIndicator = roles.get(indicator)
  if (!ofIndicator) roles.set(indicator, (ofIndicator = new Map()))
  const role = ofIndicator.get(key) ?? one
  // Of fields with names of their own there may be any number.
  if (role === one && ofIndicator.size < rolesMax) ofIndicator.set(key, role)
  latestRole = role
  return role
}

let latestRole: HitRole | undefined

function isSameRole(a: HitRole, b: HitRole): boolean {
  return (
    a.indicator === b.indicator &&
    a.strength === b.strength &&
    a.where === b.where &&
    a.direction === b.direction &&
    a.action === b.action &&
    a.outcome === b.outcome &&
    a.echo === b.echo &&
    a.grade === b.grade
  )
}

const named = new WeakMap<Indicator, Hit["indicator"]>()

/** As hits show it; one value for all hits of the indicator. */
function namedIn(indicator: Indicator): Hit["indicator"] {
  const known = named.get(indicator)
  if (known) return known
  const { value, type, bulletin, marks } = indicator
  const name = { value, type, bulletin, marks }
  named.set(indicator, name)
  return name
}

/** The relay's stamp as an instant: the earliest it may mean. */
function createdOf(created: Stamp, at: number, clock: FileClock): string {
  return formatInstant(resolveStamp(created, at, clock).earliest as Instant)
}

/** Text around the match, at most so many bytes, cut between characters. */
function around(text: string, observed: string): { readonly text: string; readonly truncated: boolean } {
  if (text.length <= recordBytesMax && Buffer.byteLength(text) <= recordBytesMax) return { text, truncated: false }
  const at = Math.max(0, text.indexOf(observed))
  const from = Math.max(0, Math.min(at - 1024, text.length - recordBytesMax))
  let cut = text.slice(from, from + recordBytesMax)
  while (Buffer.byteLength(cut) > recordBytesMax) cut = cut.slice(0, Math.floor(cut.length * 0.9))
  return { text: cut.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, ""), truncated: true }
}

/** One leaf out of the segments of a plain file: line numbers and offsets go on. */
function joinSegments(results: readonly UnitResult[]): LeafResult {
  const leaves = results.flatMap((result) => result.leaves)
  let lines = 0
  let bytes = 0
  const shifted = leaves.map((leaf) => {
    const [linesBefore, bytesBefore] = [lines, bytes]
    lines += leaf.newlines
    bytes += leaf.decoded
    return {
      findings: leaf.findings.map((finding) => ({
        ...finding,
        at: finding.at + bytesBefore,
        place: moved(finding.place, linesBefore, bytesBefore),
      })),
      decoys: (leaf.decoys ?? []).map((sight) => ({ ...sight, at: sight.at + bytesBefore })),
      samples: leaf.samples.map((sample) => ({ ...sample, at: sample.at + bytesBefore })),
    }
  })
  const sum = (of: (leaf: LeafResult) => number): number => leaves.reduce((total, leaf) => total + of(leaf), 0)
  const first = leaves.find((leaf) => !leaf.empty) ?? (leaves[0] as LeafResult)
  return {
    mtimeMs: first.mtimeMs,
    format: first.format,
    searched: sum((leaf) => leaf.searched),
    ruledOut: sum((leaf) => leaf.ruledOut ?? 0),
    notSearched: sum((leaf) => leaf.notSearched),
    decoded: sum((leaf) => leaf.decoded),
    records: sum((leaf) => leaf.records),
    undated: sum((leaf) => leaf.undated),
    newlines: sum((leaf) => leaf.newlines),
    samples: shifted.flatMap((one) => one.samples),
    findings: shifted.flatMap((one) => one.findings),
    decoys: shifted.flatMap((one) => one.decoys),
    problems: leaves.flatMap((leaf) => leaf.problems),
    list: first.list,
    ...(first.own && { own: true }),
    empty: false,
  }
}

function moved(place: Place, lines: number, bytes: number): Place {
  return {
    ...place,
    ...(place.line === undefined ? {} : { line: place.line + lines }),
    ...(place.offset === undefined ? {} : { offset: place.offset + bytes }),
  }
}

function coverageOf(unit: WorkUnit, leaf: LeafResult, clock: FileClock): Coverage {
  const ruledOut = leaf.ruledOut ?? 0
  const known = leaf.known ?? leaf.times
  const { first, last, gaps, jumps } = known && isFor(known, unit.path, clock.tz) ? known : coveredTimes(clock)
  return {
    type: "coverage",
    source: { path: unit.path, ...(leaf.member === undefined ? {} : { member: leaf.member }) },
    format: leaf.format,
    state: stateOf(leaf.searched + ruledOut, leaf.notSearched, leaf.problems.length > 0),
    reasons: reasonsOf(leaf.problems),
    bytes: { size: leaf.searched + ruledOut + leaf.notSearched, searched: leaf.searched, ruledOut, notSearched: leaf.notSearched },
    decoded: leaf.decoded,
    records: leaf.records,
    undated: leaf.undated,
    first,
    last,
    gaps,
    ...(jumps?.length && { jumps }),
  }
}

/** One entry for the file, and one for each damaged or skipped member. */
function fileCoverage(unit: WorkUnit, leaves: readonly { readonly leaf: LeafResult; readonly entry: Coverage }[]): readonly Coverage[] {
  const [only] = leaves
  if (only && leaves.length === 1 && !only.leaf.empty && only.leaf.member === undefined) return [only.entry]
  const entries = leaves.map(({ entry }) => entry)
  const filled = leaves.filter(({ leaf }) => !leaf.empty).map(({ entry }) => entry)
  const problems = distinct(leaves.flatMap(({ leaf }) => leaf.problems))
  const sum = (of: (entry: Coverage) => number): number => entries.reduce((total, entry) => total + of(entry), 0)
  const searched = sum((entry) => entry.bytes.searched)
  const ruledOut = sum((entry) => entry.bytes.ruledOut)
  const notSearched = sum((entry) => entry.bytes.notSearched)
  const formats = [...new Set(filled.map((entry) => entry.format))]
  const back = filled.flatMap((entry) => entry.jumps ?? [])
  const whole: Coverage = {
    type: "coverage",
    source: { path: unit.path },
    format: formats.length === 1 ? (formats[0] as string) : formats.length === 0 ? "text" : "mixed",
    state: stateOf(searched + ruledOut, notSearched, problems.length > 0),
    reasons: reasonsOf(problems),
    bytes: { size: searched + ruledOut + notSearched, searched, ruledOut, notSearched },
    decoded: sum((entry) => entry.decoded),
    records: sum((entry) => entry.records),
    undated: sum((entry) => entry.undated),
    first: extreme(
      filled.map((entry) => entry.first),
      (a, b) => a < b,
    ),
    last: extreme(
      filled.map((entry) => entry.last),
      (a, b) => a > b,
    ),
    gaps: filled.length === 1 ? (filled[0]?.gaps ?? []) : [],
    ...(back.length > 0 && { jumps: back }),
  }
  const damaged = entries.filter((entry) => entry.source.member !== undefined && entry.state !== "searched")
  return [whole, ...damaged]
}

/** What an index has ruled out was searched before. */
function stateOf(searched: number, notSearched: number, damaged: boolean): CoverageState {
  if (notSearched === 0 && !damaged) return "searched"
  return searched === 0 ? "not" : "partly"
}

function reasonsOf(problems: readonly Problem[]): readonly ProblemCode[] {
  return [...new Set(problems.map((problem) => problem.code))]
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  return problems.filter((problem) => {
    const key = `${problem.code}\0${problem.where}\0${problem.message}`
    return !seen.has(key) && seen.add(key)
  })
}

/** RFC 3339 texts in UTC of one precision sort as they stand; those of another differ only behind the second. */
function extreme(values: readonly (string | null)[], better: (a: string, b: string) => boolean): string | null {
  return values.reduce((best, value) => (value !== null && (best === null || better(value, best)) ? value : best), null)
}

function upper(samples: readonly Sample[], at: number): number {
  let low = 0
  let high = samples.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((samples[middle] as Sample).at <= at) low = middle + 1
    else high = middle
  }
  return low
}
