// Carries every record of one unit to the relay profiler: own parsing of all lines, no matcher. Runs in a worker or in the main thread.
import { createRowWriter, type ProfileRows } from "../hits/relays/rows.js"
import { parseIpv4 } from "../model/address.js"
import type { Fields, LogRecord } from "../model/log-record.js"
import type { Problem } from "../model/problem.js"
import type { Instant, Stamp } from "../model/time.js"
import type { WorkUnit } from "../model/work-unit.js"
import { type Leaf, openLeaves } from "../sources/files/files.js"
import { recognizeFormat } from "../sources/formats/index.js"
import { headerMark, mayBeHeading, openLines } from "../sources/formats/line-reader.js"
import type { LogFormat, ParseContext, RoleContext } from "../sources/log-format.js"
import { bareAddress, createRoleContext } from "../sources/roles.js"
import { type FileClock, resolveStamp } from "../sources/time/resolve.js"
import { headersBefore } from "./header-lines.js"
import { createSampler } from "./sampler.js"

/** Crosses to a worker thread. */
export interface ProfileSetup {
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly since: Instant | null
  readonly until: Instant | null
  readonly tz?: string
}

export interface ProfiledUnit {
  readonly records: number
  /** Records without a foreign address, or outside the range. */
  readonly passedOver: number
  /** Newlines, for the line numbers of the segments behind. */
  readonly newlines: number
  /** Stored bytes that could not be read. */
  readonly notRead: number
  readonly problems: readonly Problem[]
}

export type Emit = (rows: ProfileRows) => Promise<void>

/** Told of the stored bytes of the unit that were read so far. */
export type Passed = (bytes: number) => void

const rowsPerBatch = 4096
const roomBytes = 1 << 20
const addressesKept = 500_000

interface Run {
  readonly parse: (line: string) => LogRecord
  readonly see: (line: string) => boolean
  readonly opens: (line: string) => boolean
  readonly prefix: string | undefined
  readonly timeOf: (record: LogRecord, at: number) => number | undefined
  readonly path: string
}

interface Counts {
  records: number
  passedOver: number
  newlines: number
}

/** Segments of a large file count their lines from their own start: their samples carry the segment until all line numbers are known. */
export function partName({ path, segment }: WorkUnit): string {
  return segment ? `${path}\0segment ${String(segment.index).padStart(8, "0")}` : path
}

export function createProfileScan(setup: ProfileSetup): (unit: WorkUnit, emit: Emit, passed?: Passed) => Promise<ProfiledUnit> {
  const roles = createRoleContext(setup)
  const foreignOf = createForeign(roles)
  const writer = createRowWriter()
  const range = {
    from: setup.since === null ? Number.NEGATIVE_INFINITY : Number(setup.since / 1_000_000n),
    to: setup.until === null ? Number.POSITIVE_INFINITY : Number(setup.until / 1_000_000n),
  }
  return async (unit, emit, passed) => {
    const counts: Counts = { records: 0, passedOver: 0, newlines: 0 }
    const problems: Problem[] = []
    let notRead = 0
    const flush = async (path: string): Promise<void> => {
      if (writer.count() > 0) await emit(writer.take(path))
    }
    const note = (run: Run, text: string, line: number, at: number): void => {
      counts.records++
      const record = run.parse(text)
      const source = record.echo ? undefined : foreignOf(record.fields, record.direction)
      const time = source === undefined ? undefined : run.timeOf(record, at)
      if (source === undefined || (time !== undefined && (time < range.from || time >= range.to))) {
        counts.passedOver++
        return
      }
      const { fields, outcome, action, direction } = record
      writer.add({ source, ...(time === undefined ? {} : { time }), fields, path: run.path, line, outcome, action, direction })
    }
    const full = () => writer.count() >= rowsPerBatch
    for await (const leaf of openLeaves(unit)) {
      const head = await headOf(leaf)
      const path = leaf.member === undefined ? partName(unit) : `${unit.path}!/${leaf.member}`
      const run = await createRun(leaf, head, path, unit, setup, roles)
      if (leaf.base > 0) for (const line of headersBefore(leaf, run, writer)) run.see(line)
      const steps = head.format.decode
        ? decodedSteps(leaf, head.format, problems, (text, line, at) => note(run, text, line, at), full)
        : lineSteps(leaf, run, counts, (text, line, at) => note(run, text, line, at), full)
      for await (const _ of steps) {
        if (full()) await flush(path)
        passed?.(leaf.passed())
      }
      await flush(path)
      const stored = await leaf.close()
      notRead += stored.notSearched
      problems.push(...leaf.problems)
    }
    return { ...counts, notRead, problems }
  }
}

async function headOf(leaf: Leaf): Promise<{ readonly format: LogFormat; readonly text: Uint8Array }> {
  const bytes = await leaf.peekBytes()
  const binary = recognizeFormat(bytes, leaf.name)
  if (binary.decode) return { format: binary, text: bytes }
  const text = await leaf.peek()
  return { format: recognizeFormat(text, leaf.name), text }
}

async function createRun(
  leaf: Leaf,
  head: { readonly format: LogFormat; readonly text: Uint8Array },
  path: string,
  unit: WorkUnit,
  setup: ProfileSetup,
  roles: RoleContext,
): Promise<Run> {
  const parsing: ParseContext = { path: leaf.where, roles }
  const reader = openLines(head.format, parsing)
  const samples =
    head.format.decode || !needsSamples(head.text, reader.parse) ? [] : await samplesOf(unit, leaf.member, head.format, parsing)
  const clock: FileClock = { path: leaf.where, mtimeMs: leaf.mtimeMs, samples, ...(setup.tz === undefined ? {} : { tz: setup.tz }) }
  return { parse: reader.parse, see: reader.see, opens: reader.opens, prefix: reader.headerPrefix, timeOf: createClock(clock), path }
}

const linesLookedAt = 40

/** Stamps without a year or with an open day order take their meaning from the whole file. */
function needsSamples(head: Uint8Array, parse: (line: string) => LogRecord): boolean {
  const lines = Buffer.from(head)
    .toString("latin1")
    .split("\n", linesLookedAt + 1)
    .slice(0, linesLookedAt)
  return lines.some((line) => {
    const stamp = line === "" ? undefined : parse(line).time
    return stamp !== undefined && (stamp.year === undefined || stamp.dayOrder === "unknown")
  })
}

/** Reads the leaf once for its stamps alone. */
async function samplesOf(
  unit: WorkUnit,
  member: string | undefined,
  format: LogFormat,
  parsing: ParseContext,
): Promise<FileClock["samples"]> {
  const reader = openLines(format, parsing)
  const room = new Uint8Array(roomBytes)
  for await (const leaf of openLeaves(unit)) {
    if (leaf.member !== member) continue
    const sampler = createSampler((line) => reader.parse(line).time)
    for await (const block of leaf.blocks(() => room)) sampler.sample(Buffer.from(room.buffer, 0, block.length), block.offset)
    return sampler.samples()
  }
  return []
}

/** Epoch ms of a record. Zoneless stamps without `--tz` count as UTC: what matters here is their distance. */
function createClock(clock: FileClock): (record: LogRecord, at: number) => number | undefined {
  let hourKey = -1
  let hourShift = 0
  return ({ time, end, created }, at) => {
    const stamp = time ?? end ?? created
    if (stamp === undefined) return undefined
    const plain =
      Date.UTC(stamp.year ?? 2000, stamp.month - 1, stamp.day, stamp.hour, stamp.minute, stamp.second) + Math.floor(stamp.nanos / 1e6)
    if (isSettled(stamp, clock)) return plain - (stamp.offsets?.[0] ?? 0) * 60_000
    // Within one hour year, day order and zone shift do not change.
    const key = Math.floor(plain / 3_600_000) * 1024 + (stamp.offsets?.[0] ?? 999)
    if (key !== hourKey) {
      const { earliest, latest } = resolveStamp(stamp, at, clock)
      const meant = earliest ?? latest
      if (meant === null) return undefined
      hourKey = key
      hourShift = Number(meant / 1_000_000n) - plain
    }
    return plain + hourShift
  }
}

function isSettled(stamp: Stamp, clock: FileClock): boolean {
  if (stamp.year === undefined || stamp.dayOrder === "unknown") return false
  return stamp.utc === true || stamp.offsets?.length === 1 || (stamp.offsets === undefined && clock.tz === undefined)
}

type Note = (text: string, line: number, at: number) => void

async function* lineSteps(leaf: Leaf, run: Run, counts: Counts, note: Note, full: () => boolean): AsyncGenerator<void> {
  const room = new Uint8Array(roomBytes)
  let line = 0
  for await (const block of leaf.blocks(() => room)) {
    const text = Buffer.from(room.buffer, 0, block.length)
    // A line longer than the room is parsed by its first piece.
    if (block.partialLine && block.offset !== block.lineOffset) continue
    for (let start = 0; start < block.length; ) {
      const next = text.indexOf(10, start)
      const end = next < 0 ? block.length : next
      line++
      const words = lineText(text, start, end)
      if (words.startsWith(headerMark)) run.see(words)
      else if (words !== "" && !(run.prefix === "" && mayBeHeading(text, start, end) && run.see(words)))
        note(words, line, block.offset + start)
      start = end + 1
      if (full()) yield
    }
    yield
  }
  counts.newlines += line
}

async function* decodedSteps(leaf: Leaf, format: LogFormat, problems: Problem[], note: Note, full: () => boolean): AsyncGenerator<void> {
  let number = 0
  const input = leaf.decodeInput((problem) => problems.push(problem), "bytes")
  for await (const records of (format.decode as NonNullable<LogFormat["decode"]>)(input)) {
    for (const record of records) {
      number++
      note(record.text.replaceAll("\n", " "), record.line ?? record.record ?? number, record.offset ?? number)
      if (full()) yield
    }
    yield
  }
}

function lineText(text: Buffer, start: number, end: number): string {
  const stop = end > start && text[end - 1] === 13 ? end - 1 : end
  // Latin-1 is enough for ASCII, and far quicker; what is not ASCII is read as UTF-8.
  const quick = text.toString("latin1", start, stop)
  return /[\x80-\xff]/.test(quick) ? text.toString("utf8", start, stop) : quick
}

/** The address of a record that is not ours: the client, or on our own way out the one that was reached. Canonical. */
function createForeign(roles: RoleContext): (fields: Fields, direction: LogRecord["direction"]) => string | undefined {
  const known = new Map<string, string | undefined>()
  const outside = (value: Fields[string] | undefined): string | undefined => {
    const raw = typeof value === "object" ? value[0] : value
    if (raw === undefined) return undefined
    const text = String(raw)
    if (parseIpv4(text) !== undefined) return roles.isInside(text) ? undefined : text
    if (known.has(text)) return known.get(text)
    if (known.size >= addressesKept) known.clear()
    const bare = bareAddress(text)
    const foreign = bare === undefined || roles.isInside(bare) ? undefined : bare
    known.set(Buffer.from(text).toString(), foreign)
    return foreign
  }
  return (fields, direction) => {
    const client = fields["network.forwarded_ip"] ?? fields["source.ip"]
    if (direction === "outbound") return outside(fields["destination.ip"])
    return outside(client) ?? outside(fields["destination.ip"])
  }
}
