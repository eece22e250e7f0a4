// Delimited text to rows, after RFC 4180 but forgiving: a stray quote costs its own cell, an endless cell its end, never the file.

export interface Row {
  readonly cells: readonly string[]
  /** From 1. */
  readonly line: number
  /** A cell was cut, or a quote never closed. */
  readonly fault?: "limit" | "quote"
}

/** A longer cell is cut; the rest of it is not read. */
export const cellLengthMax = 1024 * 1024
export const cellsMax = 1024
/** A quoted cell that spans more lines than this has lost its closing quote. */
const quotedLinesMax = 1000
/** A row that does not end within so much text is cut; the rest of it is not read. */
export const rowLengthMax = 16 * 1024 * 1024

/** Rows of a text, or of its pieces, which end at line breaks where there are any. */
export function* readRows(source: string | Iterable<string>, delimiter: string): Generator<Row> {
  const code = delimiter.charCodeAt(0)
  const cursor: Cursor = { text: "", at: 0, line: 1, open: true, skipping: false }
  const pieces = (typeof source === "string" ? [source] : source)[Symbol.iterator]()
  for (let piece = pieces.next(), first = true; !piece.done; first = false) {
    const next = pieces.next()
    // What is left of a row that the last piece did not end comes before this one.
    cursor.text = cursor.at < cursor.text.length ? cursor.text.slice(cursor.at) + piece.value : piece.value
    cursor.at = first && cursor.text.charCodeAt(0) === 0xfeff ? 1 : 0
    cursor.open = !next.done
    if (cursor.skipping) skipRow(cursor)
    while (cursor.at < cursor.text.length) {
      const row = readRow(cursor, code)
      if (!row) break
      yield row
      if (cursor.skipping) skipRow(cursor)
    }
    piece = next
  }
}

interface Cursor {
  text: string
  at: number
  line: number
  /** More text follows. */
  open: boolean
  /** The rest of a row that was cut is passed over. */
  skipping: boolean
}

function skipRow(cursor: Cursor): void {
  const end = cursor.text.indexOf("\n", cursor.at)
  cursor.skipping = end < 0
  cursor.at = end < 0 ? cursor.text.length : end + 1
  if (end >= 0) cursor.line++
}

/** The next row; undefined, with the cursor where it was, if it may go on in the next piece. */
function readRow(cursor: Cursor, code: number): Row | undefined {
  const { text, line: start } = cursor
  let { at, line } = cursor
  const cells: string[] = []
  let fault: Row["fault"]
  for (;;) {
    at = quoteBehindBlanks(text, at)
    const quoted = text.charCodeAt(at) === 34 ? readQuoted(text, at, code, cursor.open) : undefined
    if (quoted === "open" && text.length - cursor.at < rowLengthMax) return undefined
    if (quoted !== undefined && quoted !== "open") {
      cells.push(quoted.value)
      line += quoted.lines
      at = quoted.end
    } else {
      const from = text.charCodeAt(at) === 34 ? at + 1 : at
      const end = cellEnd(text, at, code)
      if (from > at) fault = "quote"
      else if (end - at > cellLengthMax) fault = "limit"
      cells.push(text.slice(from, Math.min(end, from + cellLengthMax)))
      at = end
    }
    if (text.charCodeAt(at) !== code) break
    at++
    if (cells.length >= cellsMax) {
      fault = "limit"
      const end = text.indexOf("\n", at)
      at = end < 0 ? text.length : end
      break
    }
  }
  // A carriage return at the very end may have its line feed in the next piece.
  if (cursor.open && (at >= text.length || (at === text.length - 1 && text.charCodeAt(at) === 13))) {
    if (fault !== "limit" && text.length - cursor.at < rowLengthMax) return undefined
    fault = "limit"
    cursor.skipping = true
  }
  if (text.charCodeAt(at) === 13) at++
  if (text.charCodeAt(at) === 10) at++
  cursor.at = at
  cursor.line = cursor.skipping ? line : line + 1
  return fault ? { cells, line: start, fault } : { cells, line: start }
}

/** The delimiter under which the first lines agree best; undefined if none divides them. */
export function guessDelimiter(head: string): string | undefined {
  let best: string | undefined
  let bestScore = 0
  for (const delimiter of [",", ";", "\t", "|"]) {
    const widths: number[] = []
    for (const row of readRows(head, delimiter)) {
      if (row.cells.length === 1 && (row.cells[0]!.trim() === "" || /^\s*(?:#|\/\/)/.test(row.cells[0]!))) continue
      if (row.cells.length === 1 && delimiter === ";" && row.cells[0] === "") continue
      widths.push(row.cells.length)
      if (widths.length >= 50) break
    }
    // The last row of a head may be cut.
    if (widths.length > 2) widths.pop()
    if (widths.length === 0) continue
    const counts = new Map<number, number>()
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1)
    const [width, times] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]!
    if (width < 2) continue
    const agreement = times / widths.length
    const score = agreement * (1 + Math.min(width, 20) / 100)
    if (agreement >= 0.6 && score > bestScore) {
      best = delimiter
      bestScore = score
    }
  }
  return best
}

function cellEnd(text: string, from: number, code: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === code || char === 10 || char === 13) return at
  }
  return text.length
}

/** `"a", "b"`: blanks before a quote are no part of the cell. */
function quoteBehindBlanks(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === 32 && at - from < 40) at++
  return text.charCodeAt(at) === 34 ? at : from
}

interface Quoted {
  readonly value: string
  readonly end: number
  readonly lines: number
}

/** A quoted cell; `open` if its end may lie in text still to come; undefined if the quote is never closed. */
function readQuoted(text: string, from: number, code: number, open: boolean): Quoted | "open" | undefined {
  let lines = 0
  let escaped = false
  for (let at = from + 1; at < text.length && at - from < cellLengthMax; at++) {
    const char = text.charCodeAt(at)
    if (char === 10 && ++lines > quotedLinesMax) return undefined
    if (char !== 34) continue
    if (open && at + 1 >= text.length) return "open"
    const next = text.charCodeAt(at + 1)
    if (next === 34) {
      escaped = true
      at++
    } else if (next === code || next === 10 || next === 13 || Number.isNaN(next)) {
      const value = text.slice(from + 1, at)
      return { value: escaped ? value.replaceAll('""', '"') : value, end: at + 1, lines }
    } else if (next === 32 && open && at + 40 >= text.length) {
      return "open"
    } else if (next === 32 && /^ *(?:$|[\r\n])/.test(text.slice(at + 1, at + 40))) {
      return { value: text.slice(from + 1, at), end: cellEnd(text, at + 1, code), lines }
    } else if (lines > 0) {
      // A lone quote after a line break opens the next cell of a later row: the one that we are in was never closed.
      return undefined
    }
  }
  return open && text.length - from < cellLengthMax ? "open" : undefined
}
