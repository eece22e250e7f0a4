// A look at every file and member without hunting anything: what it was taken for, when it begins and ends, and how much of it was understood.
import type { Fields, LogRecord } from "../model/log-record.js"
import type { Problem } from "../model/problem.js"
import { formatInstant, type Instant } from "../model/time.js"
import type { WorkUnit } from "../model/work-unit.js"
import { discover, type Leaf, openLeaves } from "../sources/files/files.js"
import { recognizeFormat } from "../sources/formats/index.js"
import { headerMark, type LineReader, mayBeHeading, openLines } from "../sources/formats/line-reader.js"
import type { DecodedRecord } from "../sources/log-format.js"
import { createRoleContext } from "../sources/roles.js"
import { type FileClock, resolveStamp } from "../sources/time/resolve.js"
import { adviceFor, looksBinary } from "./noise.js"
import { createSampler } from "./sampler.js"
import { jumps, type Span, silences } from "./silences.js"

export interface FileView {
  readonly path: string
  readonly member?: string
  readonly format: string
  readonly title: string
  /** RFC 3339, UTC: the earliest and the latest record that was looked at, over the whole file. Null if none has a time. */
  readonly first: string | null
  readonly last: string | null
  /** What was assumed to tell these times: zone, year, order of day and month (semantics 7). */
  readonly assumption: readonly string[]
  readonly gaps: readonly { readonly from: string; readonly to: string }[]
  readonly jumps: readonly { readonly from: string; readonly to: string }[]
  readonly records: number
  /** Records parsed, and how many of them gave a field or a time beyond their text. */
  readonly looked: number
  readonly understood: number
  /** How many of them were of which format: several in a mixed file, or in one that changes at rotation. */
  readonly formats: Readonly<Record<string, number>>
  /** Names of the fields found in all these records. */
  readonly fieldNames: readonly string[]
  /** Of one record that has the most of them. */
  readonly fields: Fields
  /** Records that gave neither field nor time: the first few, cut. They are searched as text all the same. */
  readonly notUnderstood: readonly string[]
  readonly problems: readonly Problem[]
}

/** Parsed from the head, and one in so many behind it: a file that changes format further down shows it. */
const headRecords = 200
const parsedEvery = 1009
const examplesMax = 3
const exampleChars = 200
const roomBytes = 1024 * 1024

/** Stored bytes and files, passed and in all. */
export interface InspectProgress {
  readonly bytes: number
  readonly bytesTotal: number
  readonly files: number
  readonly filesTotal: number
}

export async function* inspect(
  paths: readonly string[],
  tz: string | undefined,
  progress?: (state: InspectProgress) => void,
): AsyncGenerator<FileView> {
  const units: WorkUnit[] = []
  for await (const unit of discover(paths)) units.push(unit)
  const bytesTotal = units.reduce((total, { size }) => total + size, 0)
  let before = 0
  for (const [files, unit] of units.entries()) {
    const tell = (bytes: number): void =>
      progress?.({ bytes: before + Math.min(bytes, unit.size), bytesTotal, files, filesTotal: units.length })
    for await (const leaf of openLeaves(unit)) {
      const view = await viewOf(unit.path, leaf, tz, () => tell(leaf.passed()))
      if (view) yield view
    }
    before += unit.size
  }
}

/** Undefined for what only accounts for bytes of a container, without a problem of its own. */
async function viewOf(path: string, leaf: Leaf, tz: string | undefined, tell: () => void): Promise<FileView | undefined> {
  const bytes = await leaf.peekBytes()
  const raw = recognizeFormat(bytes, leaf.name)
  const head = raw.decode ? bytes : await leaf.peek()
  const format = raw.decode ? raw : recognizeFormat(head, leaf.name)
  const problems: Problem[] = []
  const reader = openLines(format, { path: leaf.where, roles: createRoleContext({ own: [], trustedProxies: [] }) })
  const look = createLook(reader)
  if (format.decode)
    await readRecords(format.decode(leaf.decodeInput((problem) => problems.push(problem), raw.decode ? "bytes" : "text")), look, tell)
  else await readLines(leaf, look, tell)
  await leaf.close()
  if (leaf.empty && leaf.problems.length === 0) return undefined
  if (format.name === "text" && looksBinary(head))
    problems.push({
      code: "unsupported",
      where: leaf.where,
      message: `binary content of no known format: only the text in it is searched; ${adviceFor(head)}`,
    })
  return {
    path,
    ...(leaf.member === undefined ? {} : { member: leaf.member }),
    format: format.name,
    title: format.title,
    ...look.finish({ path: leaf.where, mtimeMs: leaf.mtimeMs, ...(tz === undefined ? {} : { tz }) }),
    problems: [...leaf.problems, ...problems],
  }
}

type Looked = Omit<FileView, "path" | "member" | "format" | "title" | "problems">

/** What was seen so far of one file. */
interface Look {
  block(text: Buffer, offset: number): void
  record(record: DecodedRecord, at: number): void
  finish(clock: Omit<FileClock, "samples">): Looked
}

function createLook(reader: LineReader): Look {
  const sampler = createSampler((line) => reader.parse(line).time)
  const formats = new Map<string, number>()
  const names = new Set<string>()
  const unclear: string[] = []
  let records = 0
  let looked = 0
  let understood = 0
  let best: LogRecord | undefined
  const parse = (line: string): void => {
    const record = reader.parse(line)
    const found = Object.keys(record.fields)
    looked++
    formats.set(record.format, (formats.get(record.format) ?? 0) + 1)
    for (const name of found) names.add(name)
    if (found.length > Object.keys(best?.fields ?? {}).length) best = record
    if (found.length > 0 || record.time) understood++
    else if (unclear.length < examplesMax) unclear.push(line.slice(0, exampleChars))
  }
  const wanted = (): boolean => ++records <= headRecords || records % parsedEvery === 0
  return {
    block(text, offset) {
      for (let start = 0; start < text.length; ) {
        const next = text.indexOf(10, start)
        const end = next < 0 ? text.length : next
        const mayBeHeader = reader.headerPrefix === "" ? mayBeHeading(text, start, end) : text[start] === headerMark.charCodeAt(0)
        const isHeader = mayBeHeader && reader.see(lineOf(text, start, end))
        if (!isHeader && end > start && wanted()) parse(lineOf(text, start, end))
        start = end + 1
      }
      sampler.sample(text, offset)
    },
    record({ text, detached }, at) {
      if (wanted()) parse(text)
      if (!detached) sampler.record(text, at)
    },
    finish(clock) {
      const samples = sampler.samples()
      const full: FileClock = { ...clock, samples }
      const times = samples.map(({ stamp, at }) => ({ at, ...resolveStamp(stamp, at, full) }))
      const known = times.filter((one): one is typeof one & Span => one.earliest !== null && one.latest !== null)
      return {
        first: extreme(
          known.map(({ earliest }) => earliest),
          (a, b) => a < b,
        ),
        last: extreme(
          known.map(({ latest }) => latest),
          (a, b) => a > b,
        ),
        assumption: [...new Set(times.flatMap(({ assumption }) => assumption))],
        gaps: silences(known.map(({ at, earliest }) => ({ at, instant: earliest }))),
        jumps: jumps(known),
        records,
        looked,
        understood,
        formats: Object.fromEntries([...formats].sort(([, a], [, b]) => b - a)),
        fieldNames: [...names].sort(),
        fields: best?.fields ?? {},
        notUnderstood: unclear,
      }
    },
  }
}

function lineOf(text: Buffer, start: number, end: number): string {
  return text.toString("utf8", start, end > start && text[end - 1] === 13 ? end - 1 : end)
}

function extreme(values: readonly Instant[], better: (a: Instant, b: Instant) => boolean): string | null {
  const best = values.reduce<Instant | undefined>(
    (found, value) => (found === undefined || better(value, found) ? value : found),
    undefined,
  )
  return best === undefined ? null : formatInstant(best)
}

async function readLines(leaf: Leaf, look: Look, tell: () => void): Promise<void> {
  const room = Buffer.alloc(roomBytes)
  let inLine = false
  for await (const block of leaf.blocks(() => room)) {
    // Only the first piece of a line that fills the room tells what it is.
    if (!block.partialLine || !inLine) look.block(room.subarray(0, block.length), block.offset)
    inLine = block.continues
    tell()
  }
}

async function readRecords(batches: AsyncIterable<readonly DecodedRecord[]>, look: Look, tell: () => void): Promise<void> {
  let count = 0
  for await (const records of batches) {
    for (const record of records) look.record(record, record.record ?? record.offset ?? count++)
    tell()
  }
}
