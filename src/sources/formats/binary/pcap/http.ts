// HTTP/1 out of a connection: every request with the answer to it. Bodies are counted and passed over.
import { type HttpHead, readHttpHead } from "./http-head.js"
import type { Loss } from "./losses.js"
import type { Side } from "./side.js"
import type { Application, Time } from "./stream.js"

/** At least one of both: an answer whose request was not captured, or was written before, stands alone. */
export interface HttpExchange {
  readonly time: Time
  readonly request: HttpRequest | undefined
  readonly response: HttpHead | undefined
  /** 0 where the status line gives none. */
  readonly status: number
}

export interface HttpRequest {
  readonly time: Time
  readonly method: string
  readonly target: string
  /** Without a version of the protocol. */
  readonly isBare: boolean
  readonly head: HttpHead
}

/** Beyond, the rest of a head is lost. Servers take 8 to 64 KiB. */
export const headCharsMax = 256 * 1024
/** Most heads are shorter. */
const shortHeadBytes = 2048
const epoch: Time = { seconds: 0, nanos: 0 }

/** Requests on one connection that wait for their answers. */
const waitingMax = 256

const requestStart =
  /^(?:GET|POST|HEAD|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|SEARCH|REPORT|SUBSCRIBE|NOTIFY|M-SEARCH|RPC_IN_DATA|RPC_OUT_DATA|BITS_POST|CCM_POST|SSTP_DUPLEX_POST|DEBUG|PURGE) /

export function isHttpRequest(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] as number
  if (first < 0x41 || first > 0x5a) return false
  if (end - start > 4 && first === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54 && bytes[start + 3] === 0x20) return true
  return requestStart.test(bytes.toString("latin1", start, Math.min(end, start + 24)))
}

export function isHttpResponse(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === 0x48 && end - start >= 9 && bytes.toString("latin1", start, start + 7) === "HTTP/1."
}

export interface HttpListener {
  emit(exchange: HttpExchange): void
  /** Reads what follows a CONNECT or an upgrade. */
  detect(side: Side, bytes: Buffer, start: number, end: number): Application | "done" | undefined
  lose(kind: Loss): void
}

export class HttpConnection implements Application {
  readonly name = "http"
  readonly #client: Side
  readonly #to: HttpListener
  readonly #readers: readonly [Reader, Reader]
  #waiting: HttpRequest[] = []
  /** Requests written before their answers came. */
  #early = 0
  #tunnel = false

  constructor(client: Side, to: HttpListener) {
    this.#client = client
    this.#to = to
    this.#readers = [new Reader(client === 0), new Reader(client === 1)]
  }

  data(side: Side, bytes: Buffer, start: number, end: number, time: Time): Application | "done" | undefined {
    const reader = this.#readers[side]
    let at = start
    while (at < end && !this.#tunnel) {
      at = reader.read(bytes, at, end, time)
      const { head, loss } = reader
      if (loss) this.#to.lose(loss)
      if (!head) continue
      reader.head = undefined
      if (side === this.#client) this.#asked(reader, head, reader.time)
      else this.#answered(reader, head, reader.time)
    }
    if (at >= end || !this.#tunnel) return undefined
    const found = this.#to.detect(side, bytes, at, end)
    if (found === "done" || found === undefined) return "done"
    this.#flush()
    return found.data(side, bytes, at, end, time) ?? found
  }

  gap(side: Side, bytes: number): boolean {
    const reader = this.#readers[side]
    if (reader.skip(bytes)) return false
    this.#flushPart(side)
    return true
  }

  end(): void {
    this.#flushPart(0)
    this.#flushPart(1)
    this.#flush()
  }

  #asked(reader: Reader, head: HttpHead, time: Time): void {
    const { first } = head
    const space = methodEnd(first)
    if (space < 0) {
      this.#to.lose("http-between")
      return
    }
    const end = targetEnd(first, space)
    const request = { time, method: first.slice(0, space), target: first.slice(space + 1, end), isBare: end === first.length, head }
    this.#waiting.push(request)
    if (this.#waiting.length > waitingMax) {
      this.#early++
      this.#emit(this.#waiting.shift(), undefined, 0, time)
    }
    reader.body(head, false)
  }

  #answered(reader: Reader, head: HttpHead, time: Time): void {
    const status = statusOf(head.first)
    // 100 to 199 announce the answer that follows.
    if (status >= 100 && status < 200 && status !== 101) {
      if (head.members !== "") this.#emit(undefined, head, status, time)
      reader.noBody()
      return
    }
    if (status === 0 && !/^(?:HTTP|[A-Z]{2,8} \d)/.test(head.first)) {
      // Who asks without a version is answered by the body alone (HTTP/0.9).
      if (this.#waiting[0]?.isBare) {
        this.#flush()
        reader.body(head, true)
      } else this.#to.lose("http-between")
      return
    }
    const request = this.#early > 0 ? undefined : this.#waiting.shift()
    if (this.#early > 0) this.#early--
    this.#emit(request, head, status, request ? request.time : time)
    const isConnected = request?.method === "CONNECT" && status >= 200 && status < 300
    if (status === 101 || isConnected) this.#tunnel = true
    if (this.#tunnel || request?.method === "HEAD" || status === 204 || status === 304) reader.noBody()
    else reader.body(head, true)
  }

  /** What stands of a head that goes on no further is read as one. */
  #flushPart(side: Side): void {
    const reader = this.#readers[side]
    const head = reader.part()
    if (!head) return
    if (side === this.#client) this.#asked(reader, head, reader.time)
    else this.#answered(reader, head, reader.time)
    reader.noBody()
  }

  #flush(): void {
    for (const request of this.#waiting.splice(0)) this.#emit(request, undefined, 0, request.time)
  }

  #emit(request: HttpRequest | undefined, response: HttpHead | undefined, status: number, time: Time): void {
    this.#to.emit({ time, request, response, status })
  }
}

/** Where the blank behind the method stands; -1 where there is none. */
function methodEnd(first: string): number {
  for (let at = 0; at < first.length; at++) {
    const code = first.charCodeAt(at)
    if (code === 0x20) return at > 0 ? at : -1
    const isLetter = code >= 0x41 && code <= 0x5a
    if (!isLetter && (at === 0 || (code !== 0x5f && code !== 0x2d))) return -1
  }
  return -1
}

function targetEnd(first: string, space: number): number {
  if (first.endsWith(" HTTP/1.1") && first.length - 9 >= space) return first.length - 9
  const version = first.lastIndexOf(" HTTP/")
  return version >= space && /^[\d.]+$/.test(first.slice(version + 6)) ? version : first.length
}

/** 0 where the line gives none. */
function statusOf(first: string): number {
  if (first.charCodeAt(8) !== 0x20 || !first.startsWith("HTTP/1.")) return 0
  let status = 0
  for (let at = 9; at < 12; at++) {
    const digit = first.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return 0
    status = status * 10 + digit
  }
  return status
}

const newline = 0x0a
const carriageReturn = 0x0d

/** One direction: heads, and bodies of a known length, in pieces, or up to the end. */
class Reader {
  /** Set by `read` where one is complete; to be taken by the caller. */
  head: HttpHead | undefined
  /** When the head began. */
  time: Time = epoch
  /** What the last `read` had to give up. */
  loss: Loss | undefined
  readonly #isRequest: boolean
  /** Of a head that began in an earlier segment. */
  #text = ""
  /** Bytes of body still to come; infinite up to the end. */
  #left = 0
  /** In a body in pieces: lengths stand between them. */
  #pieces = false
  #line = ""
  /** Lost by a gap: the next message begins at the start of a segment. */
  #isLost = false

  constructor(isRequest: boolean) {
    this.#isRequest = isRequest
  }

  /** Reads on; where it stopped. */
  read(bytes: Buffer, start: number, end: number, time: Time): number {
    this.loss = undefined
    if (this.#isLost) {
      if (!(this.#isRequest ? isHttpRequest(bytes, start, end) : isHttpResponse(bytes, start, end))) return end
      this.#isLost = false
      this.noBody()
      this.#text = ""
      this.#line = ""
    }
    if (this.#left > 0) {
      const step = Math.min(this.#left, end - start)
      this.#left -= step
      return start + step
    }
    return this.#pieces ? this.#pieceLength(bytes, start, end) : this.#readHead(bytes, start, end, time)
  }

  noBody(): void {
    this.#left = 0
    this.#pieces = false
  }

  body({ coding, length }: HttpHead, untilEnd: boolean): void {
    this.noBody()
    if (coding !== undefined && /\bchunked\b/i.test(coding)) this.#pieces = true
    else if (length !== undefined && /^\d{1,15}$/.test(length)) this.#left = Number(length)
    else if (untilEnd) this.#left = Number.POSITIVE_INFINITY
  }

  /** So many bytes are missing. True where all of them belong to a body, or what they belong to is lost already. */
  skip(bytes: number): boolean {
    if (this.#isLost) return true
    if (bytes <= this.#left) {
      this.#left -= bytes
      return true
    }
    this.#isLost = true
    return false
  }

  /** What stands of a head that is not complete. */
  part(): HttpHead | undefined {
    const text = this.#text
    this.#text = ""
    const from = blankEnd(text)
    let stop = text.length
    while (stop > from && isLineEnd(text.charCodeAt(stop - 1))) stop--
    return stop > from ? readHttpHead(text, from, stop) : undefined
  }

  #readHead(bytes: Buffer, start: number, end: number, time: Time): number {
    if (this.#text === "") {
      this.time = time
      // A head within one segment, as nearly all are, is read without keeping anything.
      const text = bytes.toString("latin1", start, Math.min(end, start + shortHeadBytes))
      const stop = isLineEnd(text.charCodeAt(0)) ? -1 : text.indexOf("\r\n\r\n")
      // A bare newline may end lines, and the head before it does.
      if (stop >= 0) this.head = readHttpHead(text, 0, stop)
      if (this.head) return start + stop + 4
    }
    const before = this.#text.length
    const text = this.#text + bytes.toString("latin1", start, Math.min(end, start + headCharsMax))
    // Empty lines before a message are allowed (RFC 9112, section 2.2).
    const from = blankEnd(text)
    headEnd.lastIndex = Math.max(from, before - 3)
    const found = headEnd.exec(text)
    if (found) {
      this.#text = ""
      this.head = readHttpHead(text, from, found.index)
      return start + found.index + found[0].length - before
    }
    this.#text = from === text.length ? "" : text
    if (text.length > headCharsMax) {
      this.head = this.part()
      this.loss = "http-head"
      this.#isLost = true
    }
    return end
  }

  /** The line with the next piece's length; 0 is the last, and what trails it up to an empty line. */
  #pieceLength(bytes: Buffer, start: number, end: number): number {
    const found = bytes.indexOf(newline, start)
    const stop = found < 0 || found >= end ? end : found + 1
    this.#line += bytes.toString("latin1", start, Math.min(stop, start + 256))
    if (stop === end && bytes[end - 1] !== newline) {
      if (this.#line.length > 1024) this.#giveUpPieces()
      return end
    }
    const line = this.#line.trim()
    this.#line = ""
    // The line end behind a piece.
    if (line === "") return stop
    const length = Number.parseInt(line, 16)
    if (Number.isNaN(length)) this.#giveUpPieces()
    else if (length > 0) this.#left = length
    else {
      // Trailers are read as the head of nothing: the reader looks for the next message behind them.
      this.#pieces = false
    }
    return stop
  }

  #giveUpPieces(): void {
    this.#isLost = true
    this.loss = "http-pieces"
  }
}

const headEnd = /\r?\n\r?\n/g

function blankEnd(text: string): number {
  return isLineEnd(text.charCodeAt(0)) ? (/^(?:\r?\n)*/.exec(text)?.[0].length ?? 0) : 0
}

function isLineEnd(code: number): boolean {
  return code === newline || code === carriageReturn
}
