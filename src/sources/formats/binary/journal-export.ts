// The systemd journal as `journalctl -o export` and systemd-journal-upload write it: fields line by line, binary ones with their length.
import type { DecodedRecord, DecodeInput, LogFormat } from "../../log-format.js"
import { anyLine } from "../lines.js"
import { ByteQueue } from "./byte-queue.js"
import { createReporter, Damage, damageOf } from "./damage.js"
import { quote, textOf } from "./json-text.js"

export const journalExport: LogFormat = {
  name: "journal-export",
  title: "systemd journal (export format)",
  recognize: (head) => (/^(?:__CURSOR=|__REALTIME_TIMESTAMP=\d)/.test(Buffer.from(head.subarray(0, 64)).toString("latin1")) ? 1 : 0),
  decode: (input) => decodeJournal(input),
  open: (context) => anyLine(context, "journal-export"),
}

/** systemd itself refuses longer fields (DATA_SIZE_MAX). */
const fieldBytesMax = 768 * 1024 * 1024
/** A line or a binary field beyond this is searched in pieces. */
const pieceBytes = 4 * 1024 * 1024
const fieldsMax = 2048
const batchMax = 256

async function* decodeJournal(input: DecodeInput): AsyncGenerator<readonly DecodedRecord[]> {
  const queue = new ByteQueue(input.chunks)
  const reporter = createReporter(input)
  let batch: DecodedRecord[] = []
  let entry = createEntry()
  let record = 0
  const close = (): void => {
    if (entry.fields.size > 0) batch.push({ text: entryText(entry.fields), offset: entry.offset, record: ++record })
    entry = createEntry()
  }
  for (;;) {
    const offset = queue.position
    if (entry.fields.size === 0) entry.offset = offset
    const line = await takeLine(queue)
    if (line === undefined) break
    const equals = line.indexOf(0x3d)
    try {
      if (line.length === 0) close()
      else if (equals > 0) put(entry.fields, line.toString("latin1", 0, equals), textOf(line.subarray(equals + 1)))
      else for await (const piece of binaryField(queue)) put(entry.fields, textOf(line), textOf(piece))
    } catch (error) {
      const { code, message } = damageOf(error)
      reporter.report(code, offset, `${message}; it is searched as it stands`)
      put(entry.fields, "", textOf(line))
    }
    if (entry.fields.size > fieldsMax) close()
    if (batch.length < batchMax) continue
    yield batch
    batch = []
  }
  close()
  if (batch.length > 0) yield batch
  reporter.finish()
}

interface Entry {
  readonly fields: Map<string, string[]>
  offset: number
}

function createEntry(): Entry {
  return { fields: new Map(), offset: 0 }
}

function put(fields: Map<string, string[]>, name: string, value: string): void {
  const known = fields.get(name)
  if (known) known.push(value)
  else fields.set(name, [value])
}

/** The next line without its newline, or a piece of one that is longer than can be kept; undefined at the end. */
async function takeLine(queue: ByteQueue): Promise<Buffer | undefined> {
  for (let wanted = 4096; ; wanted *= 2) {
    const bytes = await queue.available(Math.min(wanted, pieceBytes))
    if (bytes.length === 0) return undefined
    const end = bytes.subarray(0, pieceBytes).indexOf(10)
    if (end >= 0) {
      queue.advance(end + 1)
      return bytes.subarray(0, end)
    }
    if (bytes.length >= wanted && wanted < pieceBytes) continue
    const piece = bytes.subarray(0, pieceBytes)
    queue.advance(piece.length)
    return piece
  }
}

/** A 64-bit little-endian length, so many bytes, a newline. */
async function* binaryField(queue: ByteQueue): AsyncGenerator<Buffer> {
  const head = await queue.peek(8)
  if (head.length < 8) throw new Damage("the journal ends within a binary field", "truncated")
  const length = Number(head.readBigUInt64LE(0))
  if (length > fieldBytesMax) throw new Damage("a line is neither a field nor the name of a binary one")
  queue.advance(8)
  for (let left = length; left > 0; ) {
    const piece = await queue.take(Math.min(left, pieceBytes))
    if (piece.length === 0) throw new Damage("the journal ends within a binary field", "truncated")
    left -= piece.length
    yield piece
  }
  if ((await queue.peek(1))[0] === 10) queue.advance(1)
  else throw new Damage("a binary field does not end where its length says")
}

export function entryText(fields: ReadonlyMap<string, readonly string[]>): string {
  let out = ""
  for (const [name, values] of fields) {
    const text = values.length === 1 ? quote(values[0] as string) : `[${values.map(quote).join(",")}]`
    out += `${out === "" ? "" : ","}${quote(name)}:${text}`
  }
  return `{${out}}`
}
