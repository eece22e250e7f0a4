// Reads the lines of one file, whatever they are: those of its format, and those of another where it changes at rotation or is a mixture.
import type { LogRecord } from "../../model/log-record.js"
import type { LineParser, LogFormat, ParseContext } from "../log-format.js"
import { findFormat, logFormats, recognizeFormat } from "./index.js"

export interface LineReader {
  parse(line: string): LogRecord
  /** What the header lines of the file's own format begin with; undefined if it has none. */
  readonly headerPrefix: string | undefined
  /** A header line, in the order of the file: it changes what the lines behind it mean, or begins another format. */
  see(line: string): void
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
  const text = findFormat("text") as LogFormat
  const foreign = (line: string): LogRecord | undefined => {
    const other = recognizeFormat(Buffer.from(line.slice(0, recognizedChars)), "")
    return other.decode ? undefined : parserOf(other).parse(line)
  }
  return {
    headerPrefix: current.header?.prefix,
    parse: (line) => current.parse(line) ?? foreign(line) ?? parserOf(text).parse(line) ?? bare(line),
    see(line) {
      const opened = logFormats.find(({ opening }) => opening?.test(line))
      if (opened) current = parserOf(opened)
      if (current.header && line.startsWith(current.header.prefix)) current.header.see(line)
    },
  }
}

function bare(text: string): LogRecord {
  return { text, format: "text", fields: {}, direction: "unknown", action: "unknown", outcome: "unknown" }
}
