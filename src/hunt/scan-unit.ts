// Carries one unit through its reader, the kernel and the verifier. Runs in a worker or in the main thread; does no output.
import { crc32 } from "node:zlib"
import type { Matcher, Scanner } from "../match/matcher.js"
import type { Occurrence } from "../model/hit.js"
import type { LogRecord, Place } from "../model/log-record.js"
import type { Problem } from "../model/problem.js"
import type { WorkUnit } from "../model/work-unit.js"
import { type Leaf, openLeaves } from "../sources/files/files.js"
import { findFormat, recognizeFormat } from "../sources/formats/index.js"
import { type LineReader, openLines } from "../sources/formats/line-reader.js"
import type { DecodedRecord, DecodeInput, LogFormat, ParseContext, RoleContext } from "../sources/log-format.js"
import { looksLikeBulletin, looksLikeList } from "./bare-list.js"
import { joinSum, noText } from "./crc-join.js"
import type { DecoySight, Finding, LeafResult, UnitResult } from "./finding.js"
import { openHeaderLines } from "./header-lines.js"
import type { IndexBuilder, LeafHarvest } from "./index-builder.js"
import { adviceFor, looksBinary } from "./noise.js"
import { isOwnOutput } from "./own-output.js"
import { createSampler, type Sampler } from "./sampler.js"
import { habitualStamp } from "./stamp-habit.js"

export interface ScanContext {
  readonly matcher: Matcher
  readonly scanner: Scanner
  /** Indicators from this number on are decoys: only counted. */
  readonly decoysFrom: number
  /** Sums of the decoded text are taken. */
  readonly textSums?: boolean
  /** False where nobody asks for days without records: fewer stamps are looked at. */
  readonly silences?: boolean
  readonly roles: RoleContext
  /** Gathers what is searched for an index; absent where none is built. */
  readonly index?: IndexBuilder
  /** Told of the stored bytes of the unit that were read so far. */
  readonly passed?: (bytes: number) => void
}

/** Searches one unit. Never throws on what it reads: what could not be read is in the problems of its leaves. */
export async function scanUnit(unit: WorkUnit, context: ScanContext): Promise<UnitResult> {
  const leaves: LeafResult[] = []
  const harvest = context.index?.begin(unit)
  for await (const leaf of openLeaves(unit, harvest ? { seek: harvest.seek } : {})) {
    leaves.push(await scanLeaf(leaf, context, harvest?.leaf()))
  }
  return harvest ? harvest.finish({ leaves }) : { leaves }
}

async function scanLeaf(leaf: Leaf, context: ScanContext, harvest?: LeafHarvest): Promise<LeafResult> {
  const bytesHead = await leaf.peekBytes()
  const raw = recognizeFormat(bytesHead, leaf.name)
  const problems: Problem[] = []
  const head = raw.decode ? bytesHead : await leaf.peek()
  // Most text stands in the file as it is decoded, and need not be recognised twice.
  const format = raw.decode || Buffer.compare(head, bytesHead) === 0 ? raw : recognizeFormat(head, leaf.name)
  const parsing: ParseContext = { path: leaf.where, roles: context.roles }
  const run = createRun(format, parsing, context.silences)
  // What was recognised only once its UTF-16 was undone is read so too.
  if (format.decode) {
    const input = leaf.decodeInput((problem) => problems.push(problem), raw.decode ? "bytes" : "text")
    await scanRecords(leaf, input, format, run, context, harvest)
  } else await scanLines(leaf, run, context, harvest)
  if (harvest) {
    harvest.partable = leaf.isPartable && leaf.shift() === 0 && findFormat(format.name) === format && !format.headed && !format.decode
  }
  const summed = context.textSums && !format.decode && leaf.member === undefined
  if (format.name === "text" && looksBinary(head)) {
    const message = `binary content of no known format: only the text that stands in it was searched; ${adviceFor(head)}`
    problems.push({ code: "unsupported", where: leaf.where, message })
  }
  const stored = await leaf.close()
  return {
    ...(leaf.member === undefined ? {} : { member: leaf.member }),
    mtimeMs: leaf.mtimeMs,
    format: format.name,
    searched: stored.searched,
    notSearched: stored.notSearched,
    decoded: run.decoded,
    records: run.records,
    undated: run.sampler.undated(),
    newlines: run.newlines,
    ...(summed && { textCrc: textCrcOf(leaf, run) }),
    samples: run.sampler.samples(),
    findings: run.findings,
    decoys: run.decoys,
    problems: [...leaf.problems, ...problems, ...run.problems],
    list: looksLikeBulletin(head) || (!format.decode && looksLikeList(head)),
    own: isOwnOutput(head),
    empty: leaf.empty,
  }
}

/** Undefined where it was left to the file's own sums, and these turned out to be of other bytes. */
function textCrcOf(leaf: Leaf, run: Run): number | undefined {
  if (run.unsummed === 0) return run.textCrc
  if (leaf.shift() !== 0 || run.unsummed !== run.decoded) return undefined
  const whole = (leaf.sums ?? []).reduce(joinSum, noText)
  return whole.bytes === run.decoded ? whole.crc : undefined
}

/** The state of one leaf while it is searched. */
export interface Run {
  /** As problems name the leaf. */
  readonly path: string
  readonly reader: LineReader
  readonly sampler: Sampler
  readonly findings: Finding[]
  readonly decoys: DecoySight[]
  /** Of records that could not be judged in every reading. */
  readonly problems: Problem[]
  decoded: number
  records: number
  newlines: number
  textCrc: number
  /** Text that is not in `textCrc`, since the file has sums of its own. */
  unsummed: number
}

export function createRun(format: LogFormat, parsing: ParseContext, silences = true): Run {
  const reader = openLines(format, parsing)
  const { of, quick } = habitualStamp((line) => reader.parse(line).time)
  return {
    path: parsing.path,
    reader,
    sampler: createSampler(of, { silences, quick }),
    findings: [],
    decoys: [],
    problems: [],
    decoded: 0,
    records: 0,
    newlines: 0,
    textCrc: 0,
    unsummed: 0,
  }
}

export async function scanLines(leaf: Leaf, run: Run, context: ScanContext, harvest?: LeafHarvest): Promise<void> {
  const { scanner } = context
  let seen = 0 // end of the text whose newlines are counted
  let open = false
  const headers = openHeaderLines(leaf, run.reader, scanner, harvest && ((at, line) => harvest.header(at, line)))
  for await (const block of leaf.blocks(() => scanner.room)) {
    const overlap = Math.max(0, seen - block.offset)
    const text = Buffer.from(scanner.room.buffer, scanner.room.byteOffset, block.length)
    if (!block.partialLine) headers.block(text, block.offset)
    const overlapNewlines = overlap > 0 ? count(text.subarray(0, overlap)) : 0
    if (!block.partialLine) harvest?.room(block.offset, run.newlines, run.sampler.plain)
    const marked = scanner.scan(block.length)
    harvest?.pause()
    for (const [index, start] of marked.starts.entries()) {
      const after = text.indexOf(10, start)
      const end = after < 0 ? block.length : after
      const line = run.newlines - overlapNewlines + (marked.lines[index] ?? 0) + 1
      const at = block.offset + start
      const words = lineText(text, start, end)
      if (!block.partialLine) headers.before(start, words)
      judge(words, { line, offset: block.partialLine ? block.lineOffset : at }, at, run, context, block.partialLine)
    }
    if (!block.partialLine) headers.end()
    if (leaf.sums && leaf.shift() === 0) run.unsummed += block.length - overlap
    else if (context.textSums) run.textCrc = crc32(text.subarray(overlap), run.textCrc)
    run.sampler.sample(text, block.offset)
    run.newlines += marked.newlines - overlapNewlines
    run.decoded += block.length - overlap
    seen = block.offset + block.length
    open = block.length > 0 && text[block.length - 1] !== 10
    harvest?.scanned(seen, run.newlines, run.sampler.plain, !block.continues)
    context.passed?.(leaf.passed())
  }
  harvest?.end(run.sampler.plain)
  run.records = run.newlines + (open ? 1 : 0)
}

async function scanRecords(
  leaf: Leaf,
  input: DecodeInput,
  format: LogFormat,
  run: Run,
  context: ScanContext,
  harvest?: LeafHarvest,
): Promise<void> {
  const { scanner } = context
  let batch: DecodedRecord[] = []
  let length = 0
  const flush = (): void => {
    if (batch.length === 0) return
    const marked = scanner.scan(length)
    for (const line of marked.lines) {
      const record = batch[line]
      if (record) judge(record.text, placeOf(record), record.record ?? record.offset ?? run.records + line, run, context)
    }
    for (const [index, record] of batch.entries()) {
      if (!record.detached) run.sampler.record(record.text, record.record ?? record.offset ?? run.records + index)
    }
    run.records += batch.length
    run.decoded += length
    batch = []
    length = 0
    harvest?.scanned(run.decoded, 0, run.sampler.plain, true)
  }
  for await (const records of (format.decode as NonNullable<LogFormat["decode"]>)(input)) {
    for (const record of records) {
      const line = record.text.includes("\n") ? record.text.replaceAll("\n", " ") : record.text
      const bytes = Buffer.from(`${line}\n`)
      if (bytes.length > scanner.room.length) {
        // Too long for one scan: it is judged unscanned, which costs time and loses nothing.
        flush()
        judge(record.text, placeOf(record), record.record ?? record.offset ?? run.records, run, context)
        run.records++
        run.decoded += bytes.length
        harvest?.unscanned()
        harvest?.scanned(run.decoded, 0, run.sampler.plain, true)
        continue
      }
      if (length + bytes.length > scanner.room.length) flush()
      scanner.room.set(bytes, length)
      length += bytes.length
      batch.push(record)
    }
    context.passed?.(leaf.passed())
  }
  flush()
  harvest?.end(run.sampler.plain)
}

function judge(text: string, place: Place, at: number, run: Run, context: ScanContext, piece = false): void {
  const record = run.reader.parse(text)
  const all = context.matcher.verify(record, () => noteLimit(run, place, at))
  const occurrences = all.filter((one) => one.indicator < context.decoysFrom)
  if (occurrences.length < all.length) noteDecoys(all, record, at, run, context.decoysFrom)
  const fresh = piece ? occurrences.filter((one) => !foundOnLine(run.findings, place, one.indicator)) : occurrences
  if (fresh.length === 0) return
  run.findings.push({ record, occurrences: fresh, place, at })
  if (!record.time && !record.detached) run.sampler.around(at)
}

/** A file of such records only needs to be named. */
const limitProblemsMax = 100

function noteLimit(run: Run, place: Place, at: number): void {
  if (run.problems.length >= limitProblemsMax) return
  const message = "a record is too long to be decoded in every way: its text was searched as it stands and in its first decodings"
  run.problems.push({ code: "limit", where: `${run.path}:${place.line ?? place.record ?? at}`, message })
}

/** A leaf with more decoys than this is no sample of chance any longer: the rest is not counted. */
const decoySightsMax = 100_000

function noteDecoys(all: readonly Occurrence[], record: LogRecord, at: number, run: Run, from: number): void {
  if (record.echo) return
  const { time, end, created, detached } = record
  const stamps = { ...(time && { time }), ...(end && { end }), ...(created && { created }), ...(detached && { detached }) }
  for (const one of all) {
    if (one.indicator < from || one.strength !== "exact" || run.decoys.length >= decoySightsMax) continue
    run.decoys.push({ decoy: one.indicator - from, record: stamps, at })
  }
}

/** Pieces of one long line overlap and follow each other: an indicator already found on this line is the same hit (semantics 10.1). */
function foundOnLine(findings: readonly Finding[], place: Place, indicator: number): boolean {
  for (let at = findings.length - 1; at >= 0; at--) {
    const finding = findings[at] as Finding
    if (finding.place.offset !== place.offset) return false
    if (finding.occurrences.some((one) => one.indicator === indicator)) return true
  }
  return false
}

function placeOf({ line, offset, record }: DecodedRecord): Place {
  return {
    ...(line === undefined ? {} : { line }),
    ...(offset === undefined ? {} : { offset }),
    ...(record === undefined ? {} : { record }),
  }
}

function lineText(text: Buffer, start: number, end: number): string {
  const stop = end > start && text[end - 1] === 13 ? end - 1 : end
  const bytes = text.subarray(start, stop)
  const decoded = bytes.toString("utf8")
  // Bytes that are no UTF-8 are Latin-1 (semantics 3.2).
  return decoded.includes("\ufffd") ? bytes.toString("latin1") : decoded
}

function count(bytes: Buffer): number {
  let found = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) found++
  return found
}
