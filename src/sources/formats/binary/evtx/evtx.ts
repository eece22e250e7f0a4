// Windows event logs in their binary form: every record of every chunk, also of files that were copied from a live host.
import type { DecodedRecord, DecodeInput, LogFormat } from "../../../log-format.js"
import { ByteQueue } from "../byte-queue.js"
import { createReporter, damageOf, type Reporter } from "../damage.js"
import { printableRuns, quote } from "../json-text.js"
import { Chunk, chunkBytes, isChunkMagic, isZero, type RawRecord, type Remnant, readChunkHeader, remnantsOf, walkRecords } from "./chunk.js"
import { evtxParser } from "./meaning.js"
import { renderRecord } from "./plan.js"
import { fileTime } from "./value.js"

export const evtx: LogFormat = {
  name: "evtx",
  title: "Windows event logs (EVTX)",
  recognize: (head) => (isFileHeader(head) || isChunkMagic(Buffer.from(head.subarray(0, 8))) ? 1 : 0),
  decode: (input) => decodeEvtx(input),
  open: (context) => evtxParser(context),
}

const fileHeaderBytes = 4096

function isFileHeader(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 8)).toString("latin1") === "ElfFile\0"
}

async function* decodeEvtx(input: DecodeInput): AsyncGenerator<readonly DecodedRecord[]> {
  const queue = new ByteQueue(input.chunks)
  const reporter = createReporter(input)
  const header = await readHeader(queue, reporter)
  let count = 0
  for (;;) {
    const offset = queue.position
    const bytes = await queue.take(chunkBytes)
    if (bytes.length === 0) break
    if (bytes.length < chunkBytes)
      reporter.report("truncated", offset + bytes.length, "the last chunk is cut off; its whole records are searched")
    const { records, remnants } = readChunk(bytes, offset, count, header.dirty, reporter)
    count += records.length
    if (records.length > 0) yield records
    if (remnants.length > 0) yield remnants
  }
  reporter.finish()
}

/** Only the dirty flag is of use: the chunk count is stale while a log is open, and chunks follow each other in any case. */
async function readHeader(queue: ByteQueue, reporter: Reporter): Promise<{ readonly dirty: boolean }> {
  const head = await queue.peek(fileHeaderBytes)
  if (!isFileHeader(head)) return { dirty: true }
  if (head.length < fileHeaderBytes) reporter.report("truncated", head.length, "the file ends within its header")
  queue.advance(head.length)
  return { dirty: head.length >= 124 && (head.readUInt32LE(120) & 1) !== 0 }
}

function readChunk(bytes: Buffer, offset: number, before: number, dirty: boolean, reporter: Reporter): ReadChunk {
  if (bytes.length < 512) return nothing
  const header = readChunkHeader(bytes)
  const isEmpty = !header.magic && isZero(bytes)
  if (isEmpty) return nothing
  if (!header.magic) reporter.report("malformed", offset, "a chunk does not begin with its magic; its records are searched all the same")
  let damages = 0
  const damaged = (at: number, message: string): void => {
    damages++
    reporter.report("malformed", offset + at, message)
  }
  const { records: raw, stretches } = walkRecords(bytes, header.magic ? header.freeOffset : 0, damaged)
  const chunk = new Chunk(bytes)
  const records = raw.map((record, index) => readRecord(chunk, record, offset, before + index + 1, damaged))
  // A log that was open when it was copied has stale checksums; in any other they are the only sign of an altered byte.
  if (header.checksumDiffers && !dirty && damages === 0 && header.magic)
    reporter.report("malformed", offset, "a chunk's checksum does not fit its records: some of them may be damaged")
  const remnants = stretches.flatMap((stretch) => remnantsOf(bytes, stretch)).flatMap((remnant) => readRemnant(bytes, remnant, offset))
  return { records, remnants }
}

interface ReadChunk {
  readonly records: readonly DecodedRecord[]
  /** Older records, overwritten in part or deleted: only their legible text, since the templates they refer to may be others by now. */
  readonly remnants: readonly DecodedRecord[]
}

const nothing: ReadChunk = { records: [], remnants: [] }

function readRemnant(bytes: Buffer, { start, end, framed }: Remnant, offset: number): readonly DecodedRecord[] {
  const strings = printableRuns(bytes.subarray(framed ? start + 24 : start, end), framed ? 4 : 6)
  if (strings.length === 0) return []
  const time = framed ? `"@timestamp":"${fileTime(bytes, start + 16)}",` : ""
  const id = framed ? `"record_id":"${bytes.readBigUInt64LE(start + 8)}",` : ""
  const text = `{${time}"winlog":{${id}"remnant":true,"strings":[${strings.map(quote).join(",")}]}}`
  return [{ text, offset: offset + start, detached: true }]
}

function readRecord(
  chunk: Chunk,
  { start, end }: RawRecord,
  offset: number,
  record: number,
  damaged: (at: number, message: string) => void,
): DecodedRecord {
  const time = (): string => fileTime(chunk.bytes, start + 16)
  const place = { offset: offset + start, record }
  try {
    return { text: renderRecord(chunk, start + 24, end - 4, time), ...place }
  } catch (error) {
    const damage = damageOf(error)
    damaged(start, `record ${chunk.bytes.readBigUInt64LE(start + 8)} cannot be read (${damage.message}); its plain strings are searched`)
    return { text: salvage(chunk.bytes.subarray(start, end), time()), ...place }
  }
}

/** What stands legibly in a record whose structure is damaged. */
function salvage(bytes: Buffer, time: string): string {
  const strings = printableRuns(bytes.subarray(24))
  return `{"@timestamp":"${time}","winlog":{"record_id":"${bytes.readBigUInt64LE(8)}","strings":[${strings.map(quote).join(",")}]}}`
}
