// JSON that is one large value rather than lines: `{"Records":[…]}`, an array, pretty-printed objects. Yields element by element.
import type { DecodedRecord, DecodeInput, LogFormat } from "../log-format.js"
import { isText } from "./head.js"
import { anyLine } from "./lines.js"

export const jsonDocument: LogFormat = {
  name: "json-document",
  title: "JSON documents (CloudTrail files, exports, pretty-printed)",
  recognize(head) {
    if (!isText(head)) return 0
    const text = new TextDecoder()
      .decode(head.subarray(0, 65_536))
      .replace(/^\uFEFF/, "")
      .trimStart()
    if (/^\[\s*(?:\{|\[|$)/.test(text)) return 0.95
    if (!text.startsWith("{")) return 0
    if (/^\{\s*\r?\n\s*(?:"|\}|$)/.test(text)) return 0.95
    return /^\{\s*"(?:Records|records|value|Events|events|logEvents|Findings|items|results|rows|entries|data|hits|log)"\s*:\s*(?:\[\s*\{|\{\s*"(?:hits|entries)")/.test(
      text,
    ) &&
      !text
        .slice(0, text.indexOf("\n") + 1 || undefined)
        .trimEnd()
        .endsWith("]}\n")
      ? 0.95
      : 0
  },
  decode: (input) => decodeDocument(input),
  open: (context) => anyLine(context, "json-lines"),
}

/** A larger element is cut: what it holds is searched in pieces. */
const elementCharsMax = 8 * 1024 * 1024
const batchMax = 256

/** Where the scanner is; a plain state carried over chunks. */
interface Scan {
  /** Closing brackets still awaited. */
  stack: string
  inString: boolean
  escaped: boolean
  /** Depth at which the elements of a list of records stand; undefined outside of such a list. */
  listDepth: number | undefined
  /** A list opened and its first element is awaited. */
  listOpened: boolean
  /** Text of the element being read; undefined outside of elements. */
  element: string | undefined
  elementLine: number
  /** Text around the elements: the envelope, which is a record of its own. */
  around: string
  aroundLine: number
  line: number
  count: number
}

async function* decodeDocument(input: DecodeInput): AsyncGenerator<readonly DecodedRecord[]> {
  const scan: Scan = {
    stack: "",
    inString: false,
    escaped: false,
    listDepth: undefined,
    listOpened: false,
    element: undefined,
    elementLine: 1,
    around: "",
    aroundLine: 1,
    line: 1,
    count: 0,
  }
  const decode = textOf()
  let batch: DecodedRecord[] = []
  for await (const chunk of input.chunks) {
    for (const record of scanText(decode(chunk), scan, input)) {
      batch.push(record)
      if (batch.length < batchMax) continue
      yield batch
      batch = []
    }
  }
  for (const record of scanText(decode(undefined), scan, input)) batch.push(record)
  const rest = [emitElement(scan), emitAround(scan, true)].filter((record) => record !== undefined)
  if (scan.stack !== "")
    input.report({
      code: "truncated",
      where: `${input.path}:${scan.line}`,
      message: "the JSON document ends before it is closed; what stands before is searched",
    })
  if (batch.length + rest.length > 0) yield [...batch, ...rest]
}

/** UTF-8 unless a byte order mark or the first bytes say UTF-16. */
function textOf(): (chunk: Uint8Array | undefined) => string {
  let decoder: TextDecoder | undefined
  return (chunk) => {
    if (!decoder) {
      const [first, second] = chunk ?? []
      decoder = new TextDecoder(first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8")
    }
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
  }
}

function* scanText(text: string, scan: Scan, input: DecodeInput): Generator<DecodedRecord> {
  let from = 0
  const keep = (to: number): void => {
    const piece = text.slice(from, to)
    if (scan.element === undefined) scan.around += piece
    else scan.element += piece
    from = to
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 10) scan.line++
    if (scan.inString) {
      if (scan.escaped) scan.escaped = false
      else if (code === 0x5c) scan.escaped = true
      else if (code === 0x22) scan.inString = false
      continue
    }
    if (code <= 0x20) continue
    if (code === 0x22) {
      scan.inString = true
      scan.listOpened = false
    } else if (code === 0x7b || code === 0x5b) {
      const starts = code === 0x7b && scan.element === undefined && (scan.listOpened || scan.listDepth === scan.stack.length)
      if (starts) {
        keep(at)
        scan.element = ""
        scan.elementLine = scan.line
        scan.listDepth = scan.stack.length
      } else if (scan.stack === "") {
        keep(at)
        const before = emitAround(scan, false)
        if (before) yield before
        scan.aroundLine = scan.line
      }
      scan.stack += code === 0x7b ? "}" : "]"
      // Elements are looked for in a list at the top, or one or two objects below it.
      scan.listOpened = code === 0x5b && scan.element === undefined && scan.stack.length <= 3
    } else if (code === 0x7d || code === 0x5d) {
      scan.listOpened = false
      if (scan.stack !== "") scan.stack = scan.stack.slice(0, -1)
      if (scan.element !== undefined && scan.stack.length === scan.listDepth) {
        keep(at + 1)
        const record = emitElement(scan)
        if (record) yield record
      } else if (code === 0x5d && scan.element === undefined && scan.listDepth !== undefined && scan.stack.length < scan.listDepth)
        scan.listDepth = undefined
      if (scan.stack === "" && scan.element === undefined) {
        keep(at + 1)
        const record = emitAround(scan, false)
        if (record) yield record
      }
    } else if (code !== 0x2c) scan.listOpened = false
    if (at - from + (scan.element ?? scan.around).length >= elementCharsMax) {
      keep(at + 1)
      input.report({
        code: "limit",
        where: `${input.path}:${scan.line}`,
        message: `a JSON value of more than ${elementCharsMax} characters is searched in pieces`,
      })
      const piece = scan.element === undefined ? emitAround(scan, true) : cutElement(scan)
      if (piece) yield piece
    }
  }
  keep(text.length)
}

function cutElement(scan: Scan): DecodedRecord | undefined {
  const record = emitElement(scan)
  scan.element = ""
  scan.elementLine = scan.line
  return record
}

function emitElement(scan: Scan): DecodedRecord | undefined {
  const text = scan.element
  scan.element = undefined
  return text === undefined || text.trim() === "" ? undefined : recordOf(text, scan.elementLine, scan)
}

/** The envelope is a record where it holds a value of its own. */
function emitAround(scan: Scan, cut: boolean): DecodedRecord | undefined {
  const text = scan.around
  scan.around = ""
  const line = scan.aroundLine
  scan.aroundLine = scan.line
  return cut || /[:[,]\s*(?:"|-?\d|true|false)/.test(text) || /^\s*[^\s{}[\],]/.test(text)
    ? text.trim() === ""
      ? undefined
      : recordOf(text, line, scan)
    : undefined
}

function recordOf(text: string, line: number, scan: Scan): DecodedRecord {
  scan.count++
  return { text: text.trim().replace(/\s*\r?\n\s*/g, " "), line, record: scan.count }
}
