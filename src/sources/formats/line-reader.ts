// Reads the lines of one file, whatever they are: those of its format, and those of another where it changes at rotation or is a mixture.
import type { LogRecord } from "../../model/log-record.js"
import type { LineParser, LogFormat, ParseContext } from "../log-format.js"
import { findFormat, logFormats, recognizeFormat } from "./index.js"

export interface LineReader {
  parse(line: string): LogRecord
  /** What the header lines of the file's own format begin with, "" if with anything (`mayBeHeading`); undefined if it has none. */
  readonly headerPrefix: string | undefined
  /** A line that may be a header, in the order of the file: it changes what the lines behind it mean, or begins another format. True if so. */
  see(line: string): boolean
  /** The line begins the header of a format. */
  opens(line: string): boolean
  /** What the line means may hang on a header that was not shown. */
  lacksHeader(line: string): boolean
}

/** Header lines of any format begin so. */
export const headerMark = "#"

/** So much of a line tells its format. */
const recognizedChars = 8192

export function openLines(format: LogFormat, context: ParseContext): LineReader {
  const parsers = new Map<string, LineParser>()
  const parserOf = (one: LogFormat): LineParser => {
    const known = parsers.get(one.name)
    if (known) return known
    const opened = one.open(context)
    parsers.set(one.name, opened)
    return opened
  }
  let current = parserOf(format)
  const headed = logFormats.filter(({ headless }) => headless !== undefined)
  const text = findFormat("text") as LogFormat
  const foreign = (line: string): LogRecord | undefined => {
    const other = recognizeFormat(Buffer.from(line.slice(0, recognizedChars)), "")
    return other.decode ? undefined : parserOf(other).parse(line)
  }
  return {
    headerPrefix: current.header?.prefix,
    parse: (line) => current.parse(line) ?? foreign(line) ?? parserOf(text).parse(line) ?? bare(line),
    see(line) {
      const opened = openedBy(line)
      if (opened) current = parserOf(opened)
      return (current.header && line.startsWith(current.header.prefix) && current.header.see(line)) || opened !== undefined
    },
    opens: (line) => openedBy(line) !== undefined,
    lacksHeader: (line) => current.header?.prefix === "" || headed.some(({ headless }) => headless?.test(line)),
  }
}

function openedBy(line: string): LogFormat | undefined {
  return line.startsWith(headerMark) ? logFormats.find(({ opening }) => opening?.test(line)) : undefined
}

/** No cell of its first ones begins with a digit: the names of columns do not, and hardly a record is so. Also true of what begins as other headers do. */
export function mayBeHeading(text: Uint8Array, start: number, end: number): boolean {
  if (text[start] === headerMark.charCodeAt(0)) return true
  const stop = Math.min(end, start + headingBytes)
  let begins = true
  for (let at = start; at < stop; at++) {
    const byte = text[at] as number
    if (begins && byte >= 0x30 && byte <= 0x39) return false
    begins = byte === 0x2c || byte === 0x3b || byte === 0x09 || byte === 0x7c || (begins && (byte === 0x20 || byte === 0x22))
  }
  return stop > start
}

const headingBytes = 512

function bare(text: string): LogRecord {
  return { text, format: "text", fields: {}, direction: "unknown", action: "unknown", outcome: "unknown" }
}
