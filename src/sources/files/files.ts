// Opens the searchable contents of one file: itself, or what its containers hold, level by level.
import type { ProblemCode } from "../../model/problem.js"
import type { WorkUnit } from "../../model/work-unit.js"
import { ByteReader, type ByteSource, copyOf, limited, sourceOf } from "./byte-reader.js"
import type { Archive, Compression, Entry, Sum } from "./containers/container.js"
import { archives, compressions, unreadables } from "./containers/index.js"
import { headBytes, type Leaf, openLeaf } from "./leaf.js"
import { defaultLimits, Ledger, type Limits, place, type Report } from "./ledger.js"
import { type SeekPoint, type SeekPoints, seekPointBefore } from "./seek.js"
import { openFile } from "./stored-file.js"

export { discover } from "./discover.js"
export { type Block, headBytes, type Leaf, overlapBytes, type StoredBytes } from "./leaf.js"
export { defaultLimits, type Limits } from "./ledger.js"
export { type SeekPoint, SeekPoints, seekPointBefore } from "./seek.js"

export interface OpenOptions {
  readonly limits?: Partial<Limits>
  /** Takes seek points where the file itself is compressed (not a member of an archive). */
  readonly seek?: SeekPoints
}

/** As much as the checks of all containers need: tar's magic stands within the first 512 bytes. */
const containerHeadBytes = 1024

/**
 * The leaves of a unit in stored order; each is closed when the next is asked for. The sums of their `close()` add up to the stored bytes of the
 * unit: a last, empty leaf accounts for what belongs to no member. A unit with a `problem`, and a file that cannot be opened, come as one
 * empty leaf. Never throws on what it reads.
 */
export async function* openLeaves(unit: WorkUnit, options: OpenOptions = {}): AsyncGenerator<Leaf> {
  const file = unit.problem ? undefined : openFile(unit)
  const outer = new ByteReader(file && "source" in file ? file.source : { next: async () => undefined })
  const ledger = new Ledger(unit, outer, { ...defaultLimits, ...options.limits })
  if (!file || "failure" in file) {
    const { code, message } = unit.problem ?? { code: "unreadable" as const, message: file?.failure ?? "" }
    ledger.report({ code, where: unit.path, message })
    yield* closing(ledger, remainder(ledger, unit.size))
    return
  }
  file.source.failed = (message) => {
    outer.fail()
    ledger.damaged(undefined, { code: "unreadable", at: outer.position, message })
  }
  try {
    const { seek } = options
    const whole: Content = {
      reader: outer,
      member: undefined,
      mtimeMs: unit.mtimeMs,
      depth: 0,
      finish: async () => {},
      ...(seek ? { seek } : {}),
    }
    yield* unit.segment ? closing(ledger, leafOf(ledger, whole, file.source.from)) : leavesOf(ledger, whole)
    const missing = unit.path === "-" ? 0 : unit.segment ? file.source.gone : unit.size - outer.position
    if (missing > 0 && !outer.broken) {
      ledger.report({
        code: "truncated",
        where: unit.path,
        message: `${missing} bytes shorter than when it was listed: list and search it again`,
      })
    }
    if (ledger.open > 0 || missing > 0 || ledger.problems.length > 0) yield* closing(ledger, remainder(ledger, missing))
  } finally {
    file.source.close()
  }
}

/**
 * The first decoded text of a file that is neither compressed nor an archive and holds no NUL there, so that it may be read in segments (if its
 * format has lines); undefined for any other.
 */
export async function plainHead(unit: WorkUnit): Promise<Uint8Array | undefined> {
  const file = unit.problem ? undefined : openFile({ ...unit, segment: undefined })
  if (!file || "failure" in file) return undefined
  try {
    const head = copyOf(await new ByteReader(file.source).peek(headBytes))
    const known = [...compressions, ...archives, ...unreadables].some((kind) => kind.recognize(head))
    return known || head.includes(0) || head[0] === 0xff || head[0] === 0xfe ? undefined : head
  } finally {
    file.source.close()
  }
}

/** A plain file cut into units of about `bytesEach`; each owns the lines that start in it. */
export function segmentsOf(unit: WorkUnit, bytesEach: number): readonly WorkUnit[] {
  const count = Math.ceil(unit.size / bytesEach)
  if (count < 2) return [unit]
  return Array.from({ length: count }, (_, index) => {
    const segment = { from: index * bytesEach, to: Math.min(unit.size, (index + 1) * bytesEach), index, count }
    return { ...unit, segment }
  })
}

/**
 * A part of a file that is plain text, or compressed text: the bytes [from, to) as they come out of the compression, from the last seek point
 * before them. The blocks of the one leaf have offsets in the whole text. It must be the file that the points were taken from, and `from` a line
 * start. No leaf where the file is anything else: then read it whole.
 */
export async function* openPart(
  unit: WorkUnit,
  part: { readonly from: number; readonly to: number },
  points: readonly SeekPoint[],
  options: OpenOptions = {},
): AsyncGenerator<Leaf> {
  const compression = await soleCompression(unit)
  if (compression === "other") return
  const point = compression?.resume ? seekPointBefore(points, part.from) : undefined
  const stored = compression ? { from: point?.stored ?? 0, to: unit.size } : part
  const file = openFile(unit, stored)
  if ("failure" in file) return
  try {
    const outer = new ByteReader(file.source)
    outer.position = stored.from
    const ledger = new Ledger(unit, outer, { ...defaultLimits, ...options.limits })
    file.source.failed = (message) => {
      outer.fail()
      ledger.damaged(undefined, { code: "unreadable", at: outer.position, message })
    }
    const decode = (report: Report): ByteSource =>
      sourceOf(point && compression?.resume ? compression.resume(outer, point, report) : (compression as Compression).decode(outer, report))
    const text: ByteReader = compression
      ? new ByteReader(
          bounded(ledger, undefined, () => text, decode),
          outer,
        )
      : outer
    await text.skip(compression ? part.from - (point?.at ?? 0) : 0)
    const reader = new ByteReader(limited(text, part.to - part.from), text)
    yield openLeaf({
      member: undefined,
      mtimeMs: unit.mtimeMs,
      reader,
      finish: async () => {},
      ledger,
      isPartable: true,
      offset: part.from,
    })
  } finally {
    file.source.close()
  }
}

/** Text that lies in no file, as `openPart` would show it. */
export async function* openText(text: Uint8Array, unit: WorkUnit): AsyncGenerator<Leaf> {
  const reader = new ByteReader(sourceOf(once(text)))
  const ledger = new Ledger(unit, reader, defaultLimits)
  yield openLeaf({ member: undefined, mtimeMs: unit.mtimeMs, reader, finish: async () => {}, ledger, isPartable: false })
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk
}

/** The one compression around text; undefined for plain text. */
async function soleCompression(unit: WorkUnit): Promise<Compression | undefined | "other"> {
  const head = { from: 0, to: Math.min(unit.size, containerHeadBytes) }
  const file = unit.problem || unit.segment || unit.path === "-" ? undefined : openFile(unit, head)
  if (!file || "failure" in file) return "other"
  try {
    const bytes = await new ByteReader(file.source).peek(containerHeadBytes)
    if ([...archives, ...unreadables].some((kind) => kind.recognize(bytes))) return "other"
    return compressions.find((kind) => kind.recognize(bytes))
  } finally {
    file.source.close()
  }
}

/** Bytes at one level of the containers. */
interface Content {
  readonly reader: ByteReader
  readonly member: string | undefined
  readonly mtimeMs: number
  readonly depth: number
  /** Consumes what the levels above hold behind this content. */
  readonly finish: () => Promise<void>
  readonly seek?: SeekPoints | undefined
  /** Sums of the parts that it is made of. */
  readonly sums?: readonly Sum[] | undefined
}

async function* leavesOf(ledger: Ledger, content: Content): AsyncGenerator<Leaf> {
  const head = await content.reader.peek(containerHeadBytes)
  const compression = compressions.find((kind) => kind.recognize(head))
  const archive = archives.find((kind) => kind.recognize(head))
  const unreadable = unreadables.find((kind) => kind.recognize(head))
  if ((compression || archive) && content.depth >= ledger.limits.nestingMax) {
    yield* unopened(
      ledger,
      content,
      "limit",
      `more than ${ledger.limits.nestingMax} containers deep: not opened; unpack it and search the result`,
    )
  } else if (compression) yield* leavesOf(ledger, decompressed(ledger, content, compression))
  else if (archive) yield* members(ledger, content, archive)
  else if (unreadable) yield* unopened(ledger, content, "unsupported", `${unreadable.title}: not searched; ${unreadable.advice}`)
  else yield* closing(ledger, leafOf(ledger, content))
}

function decompressed(ledger: Ledger, content: Content, compression: Compression): Content {
  const outer = content.reader
  const sums: Sum[] | undefined = compression.isSummed && content.depth === 0 ? [] : undefined
  const decode = (report: Report) => sourceOf(compression.decode(outer, report, content.seek, sums))
  const inner: ByteReader = new ByteReader(
    bounded(ledger, content.member, () => inner, decode),
    outer,
  )
  return {
    ...content,
    seek: undefined,
    sums,
    reader: inner,
    depth: content.depth + 1,
    finish: async () => {
      await drain(outer)
      await content.finish()
    },
  }
}

async function* members(ledger: Ledger, content: Content, archive: Archive): AsyncGenerator<Leaf> {
  const report = reportTo(ledger, content.member, () => content.reader)
  for await (const entry of archive.entries(content.reader, report)) {
    const excess = ledger.entry(content.reader.position)
    if (excess) {
      report(excess)
      break
    }
    ledger.resume()
    yield* member(ledger, content, entry)
  }
  await drain(content.reader)
  await content.finish()
}

async function* member(ledger: Ledger, content: Content, entry: Entry): AsyncGenerator<Leaf> {
  const name = entry.name || "(without a name)"
  const path = content.member === undefined ? name : `${content.member}!/${name}`
  const open = entry.open ?? (() => nothing)
  const reader: ByteReader = new ByteReader(
    bounded(ledger, path, () => reader, open),
    content.reader,
  )
  const inner: Content = {
    reader,
    member: path,
    mtimeMs: entry.mtimeMs ?? content.mtimeMs,
    depth: content.depth + 1,
    finish: async () => {},
  }
  if (entry.open) yield* leavesOf(ledger, inner)
  else yield* unopened(ledger, inner, entry.code, entry.reason)
}

/** Bytes out of a container: counted against the limits, a damage reported at its level. */
function bounded(ledger: Ledger, member: string | undefined, reader: () => ByteReader, open: (report: Report) => ByteSource): ByteSource {
  const report = reportTo(ledger, member, reader)
  const source = open(report)
  let produced = 0
  return {
    async next() {
      const chunk = await source.next()
      if (!chunk) return undefined
      const excess = ledger.decoded(chunk.length, produced)
      if (excess) {
        report(excess)
        await source.stop?.()
        return undefined
      }
      // Behind a damage that it got over, content begins again.
      if (!reader().broken) ledger.resume()
      produced += chunk.length
      return chunk
    },
    consumed: (bytes) => source.consumed?.(bytes),
  }
}

function reportTo(ledger: Ledger, member: string | undefined, reader: () => ByteReader): Report {
  return (damage) => {
    if (!damage.goesOn) reader().fail()
    ledger.damaged(member, damage)
  }
}

function leafOf(ledger: Ledger, content: Content, base = 0): Leaf {
  const { unit } = ledger
  const isPlain = content.depth === 0 && unit.path !== "-"
  return openLeaf({
    ...content,
    ledger,
    isPartable: content.member === undefined && content.depth <= 1,
    ...(isPlain && { base, again: (from, to) => bytesAgain(ledger, from, to) }),
  })
}

/** Bytes of the file that were passed already; reading them again is no part of the account. */
function* bytesAgain(ledger: Ledger, from: number, to: number): Generator<Buffer> {
  const { unit } = ledger
  const file = openFile(unit, { from, to })
  const failed = (message: string): void =>
    ledger.report({ code: "unreadable", where: unit.path, message: `${message}, to look for header lines` })
  if ("failure" in file) return failed(file.failure)
  file.source.failed = failed
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(againBytes, to - from))
      const length = file.source.readInto?.(chunk) ?? 0
      if (length === 0) return
      yield chunk.subarray(0, length)
    }
  } finally {
    file.source.close()
  }
}

const againBytes = 1024 * 1024

async function* unopened(ledger: Ledger, content: Content, code: ProblemCode, message: string): AsyncGenerator<Leaf> {
  ledger.report({ code, where: place(ledger.unit.path, content.member), message })
  ledger.loseAll()
  const { member, mtimeMs, reader, finish } = content
  const consume = async () => {
    await drain(reader)
    await finish()
  }
  yield* closing(ledger, openLeaf({ member, mtimeMs, reader: undefined, finish: consume, ledger, isPartable: false }))
}

/** Accounts for what belongs to no member, and for bytes that were listed and are not there. */
function remainder(ledger: Ledger, missing: number): Leaf {
  const leaf = openLeaf({
    member: undefined,
    mtimeMs: ledger.unit.mtimeMs,
    reader: undefined,
    finish: async () => {},
    ledger,
    isPartable: false,
  })
  return {
    ...leaf,
    async close() {
      const { searched, notSearched } = await leaf.close()
      return { searched, notSearched: notSearched + missing }
    },
  }
}

async function* closing(ledger: Ledger, leaf: Leaf): AsyncGenerator<Leaf> {
  yield leaf
  await leaf.close()
  ledger.begin()
}

async function drain(reader: ByteReader): Promise<void> {
  await reader.skip(Number.POSITIVE_INFINITY)
}

const nothing: ByteSource = { next: async () => undefined }
