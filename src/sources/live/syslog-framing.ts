// Cuts a stream of syslog messages apart: octet counting (RFC 6587, 3.4.1; RFC 5425) and line ends (3.4.2), told by the first byte of each.
import { lineBytesMax, takePieces } from "./pieces.js"

export interface SyslogFraming {
  /** Takes the next bytes of the stream; they may be reused afterwards. */
  take(chunk: Uint8Array): void
  /** The stream ended: what is left of a message is one. */
  end(): void
}

/** Digits of an octet count: RFC 5425 knows no limit, and nobody sends a terabyte. */
const countDigitsMax = 10

const storeBytes = 64 * 1024
const lineFeed = 0x0a
const space = 0x20

export function createFraming(message: (bytes: Buffer) => void): SyslogFraming {
  /** What is held of the stream lies in [from, to); it is searched for a line end up to `looked`. */
  let store = Buffer.allocUnsafe(storeBytes)
  let [from, to, looked] = [0, 0, 0]
  /** Bytes still to come of a counted message, the held ones among them. */
  let counted = 0
  const emit = (bytes: Buffer): void => {
    const text = trimmed(bytes)
    if (text.length > 0) message(oneLine(text))
  }
  const pass = (bytes: number): void => {
    from += bytes
    looked = from
  }
  /** Too much is held of one message: it is handed over in pieces, and its end kept. The bytes that are passed. */
  const cut = (held: number): number => {
    const passed = takePieces(store, from, from + held, emit) - from
    pass(passed)
    return passed
  }
  /** One message or its count; false where more bytes are needed. */
  const step = (): boolean => {
    const held = to - from
    if (held === 0) return false
    if (counted > 0) {
      if (held <= lineBytesMax && held < counted) return false
      if (counted > lineBytesMax) counted -= cut(Math.min(held, counted))
      else {
        emit(store.subarray(from, from + counted))
        pass(counted)
        counted = 0
      }
      return true
    }
    const count = countAt(store.subarray(from, to))
    if (count === "wait") return false
    if (count) {
      pass(count.length)
      counted = count.bytes
      return true
    }
    const end = store.subarray(0, to).indexOf(lineFeed, looked)
    looked = to
    if (end >= 0 && end - from <= lineBytesMax) {
      emit(store.subarray(from, end))
      pass(end + 1 - from)
    } else if (held > lineBytesMax) cut(end >= 0 ? end - from : held)
    else return false
    return true
  }
  return {
    take(chunk) {
      if (to + chunk.length > store.length) {
        const bytes = Buffer.allocUnsafe(Math.max(storeBytes, 2 * (to - from + chunk.length)))
        store.copy(bytes, 0, from, to)
        ;[store, looked, to, from] = [bytes, looked - from, to - from, 0]
      }
      store.set(chunk, to)
      to += chunk.length
      while (step());
    },
    end() {
      cut(to - from)
      emit(store.subarray(from, to))
      from = to = looked = counted = 0
    },
  }
}

/** `123 ` before a message. A line that begins with digits and something else is a line. */
function countAt(held: Buffer): { readonly bytes: number; readonly length: number } | "wait" | undefined {
  const first = held[0] as number
  if (first < 0x31 || first > 0x39) return undefined
  let at = 1
  while (at < held.length && at <= countDigitsMax && isDigit(held[at] as number)) at++
  if (at === held.length && at <= countDigitsMax) return "wait"
  // RFC 5424 messages begin with `<` or, relayed by some, with their version; what else follows a number is a line that starts with one.
  if (held[at] !== space || at > countDigitsMax) return undefined
  if (at + 1 === held.length) return "wait"
  return held[at + 1] === 0x3c ? { bytes: Number(held.toString("latin1", 0, at)), length: at + 1 } : undefined
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

/** Without the NUL and line end that some senders add. */
function trimmed(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === lineFeed || bytes[end - 1] === 0x0d || bytes[end - 1] === 0)) end--
  return bytes.subarray(0, end)
}

/** Line ends inside a counted message are spaces: it is one record. */
export function oneLine(bytes: Buffer): Buffer {
  if (bytes.indexOf(lineFeed) < 0) return bytes
  return Buffer.from(bytes.map((byte) => (byte === lineFeed || byte === 0x0d ? space : byte)))
}
