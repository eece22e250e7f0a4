// HTTP/1 out of a connection: every request with the answer to it. Bodies are counted and passed over.
import type { Side } from "./side.js"
import type { Application, Time } from "./stream.js"

export interface HttpExchange {
  readonly time: Time
  readonly method: string
  readonly target: string
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly status?: number | undefined
  readonly responseHeaders?: readonly (readonly [name: string, value: string])[]
}

const headBytesMax = 64 * 1024
/** Requests on one connection that wait for their answers. */
const waitingMax = 256

const requestStart =
  /^(?:GET|POST|HEAD|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|SEARCH|REPORT|SUBSCRIBE|NOTIFY|M-SEARCH|RPC_IN_DATA|RPC_OUT_DATA|BITS_POST|CCM_POST|SSTP_DUPLEX_POST|DEBUG|PURGE) /

export function isHttpRequest(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] as number
  return first >= 0x41 && first <= 0x5a && requestStart.test(bytes.toString("latin1", start, Math.min(end, start + 24)))
}

export function isHttpResponse(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === 0x48 && end - start >= 9 && bytes.toString("latin1", start, start + 7) === "HTTP/1."
}

/** `detect` reads what follows a CONNECT or an upgrade. */
export function httpApplication(
  client: Side,
  emit: (exchange: HttpExchange) => void,
  detect: (side: Side, bytes: Buffer, start: number, end: number) => Application | "done" | undefined,
): Application {
  const waiting: Pending[] = []
  const sides: readonly [Reader, Reader] = [new Reader(), new Reader()]
  let tunnel = false
  let inner: Application | undefined
  const answered = (head: Head): void => {
    const status = statusOf(head.first)
    // 100 to 199 announce the answer that follows.
    if (status >= 100 && status < 200 && status !== 101) {
      sides[client === 0 ? 1 : 0].noBody()
      return
    }
    const request = waiting.shift()
    if (request) {
      const { time, method, target, headers } = request
      emit({ time, method, target, headers, status: status > 0 ? status : undefined, responseHeaders: head.headers })
    }
    if (status === 101 || (request?.method === "CONNECT" && status >= 200 && status < 300)) tunnel = true
    if (tunnel || request?.method === "HEAD" || status === 204 || status === 304) sides[client === 0 ? 1 : 0].noBody()
    else sides[client === 0 ? 1 : 0].body(head, true)
  }
  const asked = (head: Head): void => {
    const { first } = head
    const space = first.indexOf(" ")
    if (!/^[A-Z][A-Z_-]* /.test(first)) return
    const version = first.lastIndexOf(" HTTP/")
    const stop = version >= space && /^[\d.]+$/.test(first.slice(version + 6)) ? version : first.length
    waiting.push({ time: head.time, method: first.slice(0, space), target: first.slice(space + 1, stop), headers: head.headers })
    if (waiting.length > waitingMax) emit(waiting.shift() as Pending)
    sides[client].body(head, false)
  }
  return {
    name: "http",
    data(side, bytes, start, end, time) {
      let at = start
      while (at < end && !tunnel) {
        const reader = sides[side]
        const [next, head] = reader.read(bytes, at, end, time, side === client)
        at = next
        if (!head) continue
        if (side === client) asked(head)
        else answered(head)
      }
      if (at >= end || !tunnel) return undefined
      if (inner) return inner.data(side, bytes, at, end, time)
      const found = detect(side, bytes, at, end)
      if (found === "done" || found === undefined) return "done"
      for (const each of waiting.splice(0)) emit(each)
      const change = found.data(side, bytes, at, end, time)
      return change ?? found
    },
    gap(side, bytes) {
      sides[side].skip(bytes)
    },
    end() {
      for (const each of waiting.splice(0)) emit(each)
    },
  }
}

/** 0 where the line gives none. */
function statusOf(first: string): number {
  if (!first.startsWith("HTTP/1.") || first[8] !== " ") return 0
  const digits = first.slice(9, 12)
  return /^\d{3}$/.test(digits) ? Number(digits) : 0
}

interface Pending {
  readonly time: Time
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
}

interface Head {
  readonly time: Time
  readonly first: string
  readonly headers: readonly (readonly [string, string])[]
}

const newline = 0x0a

/** One direction: heads, and bodies of a known length, in pieces, or up to the end. */
class Reader {
  #head = ""
  #time: Time = { seconds: 0, nanos: 0 }
  /** Bytes of body still to come; infinite up to the end. */
  #left = 0
  /** In a body in pieces: lengths stand between them. */
  #pieces = false
  #line = ""
  /** Lost by a gap: the next message begins at the start of a segment. */
  #lost = false

  /** Reads on; where it stopped, and a head if one is complete. */
  read(bytes: Buffer, start: number, end: number, time: Time, request: boolean): readonly [number, Head?] {
    if (this.#lost) {
      if (!(request ? isHttpRequest(bytes, start, end) : isHttpResponse(bytes, start, end))) return [end]
      this.#lost = false
      this.noBody()
      this.#head = ""
    }
    if (this.#left > 0) {
      const step = Math.min(this.#left, end - start)
      this.#left -= step
      return [start + step]
    }
    return this.#pieces ? [this.#pieceLength(bytes, start, end)] : this.#readHead(bytes, start, end, time)
  }

  noBody(): void {
    this.#left = 0
    this.#pieces = false
  }

  body({ headers }: Head, untilEnd: boolean): void {
    let length: string | undefined
    let coding: string | undefined
    for (const [name, value] of headers) {
      if (name === "content-length") length ??= value
      else if (name === "transfer-encoding") coding ??= value
    }
    this.noBody()
    if (coding !== undefined && /\bchunked\b/i.test(coding)) this.#pieces = true
    else if (length !== undefined && /^\d{1,15}$/.test(length.trim())) this.#left = Number(length)
    else if (untilEnd) this.#left = Number.POSITIVE_INFINITY
  }

  skip(bytes: number): void {
    if (bytes <= this.#left) this.#left -= bytes
    else this.#lost = true
  }

  #readHead(bytes: Buffer, start: number, end: number, time: Time): readonly [number, Head?] {
    if (this.#head === "") {
      this.#time = time
      const whole = wholeHead(bytes, start, end)
      if (whole) return [whole.end, { time, first: whole.first, headers: whole.headers }]
    }
    const before = this.#head.length
    const text = bytes.toString("latin1", start, Math.min(end, start + headBytesMax))
    this.#head += text
    // Empty lines before a message are allowed (RFC 9112, section 2.2).
    const blank = /^(?:\r?\n)+/.exec(this.#head)?.[0].length ?? 0
    const found = /\r?\n\r?\n/.exec(this.#head.slice(blank))
    if (!found) {
      if (this.#head.length > headBytesMax) {
        this.#head = ""
        this.#lost = true
      }
      return [end]
    }
    const stop = blank + found.index + found[0].length
    const lines = this.#head.slice(blank, blank + found.index).split(/\r?\n/)
    this.#head = ""
    return [start + stop - before, { time: this.#time, first: lines[0] as string, headers: headersOf(lines) }]
  }

  /** The line with the next piece's length; 0 is the last, and what trails it up to an empty line. */
  #pieceLength(bytes: Buffer, start: number, end: number): number {
    const found = bytes.indexOf(newline, start)
    const stop = found < 0 || found >= end ? end : found + 1
    this.#line += bytes.toString("latin1", start, Math.min(stop, start + 256))
    if (stop === end && bytes[end - 1] !== newline) {
      if (this.#line.length > 1024) this.#lost = true
      return end
    }
    const line = this.#line.trim()
    this.#line = ""
    // The line end behind a piece.
    if (line === "") return stop
    const length = Number.parseInt(line, 16)
    if (Number.isNaN(length)) this.#lost = true
    else if (length > 0) this.#left = length
    else {
      // Trailers are read as the head of nothing: the reader looks for the next message behind them.
      this.#pieces = false
    }
    return stop
  }
}

const headersMax = 100

/** Names in lower case. */
function headersOf(lines: readonly string[]): readonly (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = []
  for (let index = 1; index < lines.length && headers.length < headersMax; index++) addHeader(headers, lines[index] as string)
  return headers
}

function addHeader(headers: (readonly [string, string])[], line: string): void {
  const colon = line.indexOf(":")
  if (colon > 0) headers.push([lowered(line.slice(0, colon)), line.slice(colon + 1).trim()])
}

/** A head within one segment, as nearly all are: read without keeping anything. Undefined for any other. */
function wholeHead(
  bytes: Buffer,
  start: number,
  end: number,
): { readonly end: number; readonly first: string; readonly headers: readonly (readonly [string, string])[] } | undefined {
  if (bytes[start] === 0x0d || bytes[start] === newline) return undefined
  const text = bytes.toString("latin1", start, Math.min(end, start + headBytesMax))
  const stop = text.indexOf("\r\n\r\n")
  // A bare newline may end lines, and the head before it does.
  if (stop < 0 || text.lastIndexOf("\n\n", stop) >= 0 || text.lastIndexOf("\n\r\n", stop - 1) >= 0) return undefined
  const headers: (readonly [string, string])[] = []
  let at = text.indexOf("\n")
  const first = text.slice(0, at < stop && text[at - 1] === "\r" ? at - 1 : Math.min(at, stop))
  while (at < stop && headers.length < headersMax) {
    const next = text.indexOf("\n", at + 1)
    addHeader(headers, text.slice(at + 1, text[next - 1] === "\r" ? next - 1 : next))
    at = next
  }
  return { end: start + stop + 4, first, headers }
}

const loweredNames = new Map<string, string>()
/** Names are few; those that someone makes up are lowered each time. */
const loweredMax = 1000

function lowered(raw: string): string {
  const known = loweredNames.get(raw)
  if (known !== undefined) return known
  const name = raw.trim().toLowerCase()
  if (loweredNames.size < loweredMax) loweredNames.set(raw, name)
  return name
}
