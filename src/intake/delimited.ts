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

export function* readRows(text: string, delimiter: string): Generator<Row> {
  const code = delimiter.charCodeAt(0)
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let line = 1
  while (at < text.length) {
    const start = line
    const cells: string[] = []
    let fault: Row["fault"]
    for (;;) {
      if (text.charCodeAt(at) === 34) {
        const quoted = readQuoted(text, at, code)
        if (quoted) {
          cells.push(quoted.value)
          line += quoted.lines
          at = quoted.end
        } else {
          fault = "quote"
          const end = cellEnd(text, at, code)
          cells.push(text.slice(at + 1, Math.min(end, at + 1 + cellLengthMax)))
          at = end
        }
      } else {
        const end = cellEnd(text, at, code)
        if (end - at > cellLengthMax) fault = "limit"
        cells.push(text.slice(at, Math.min(end, at + cellLengthMax)))
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
    if (text.charCodeAt(at) === 13) at++
    if (text.charCodeAt(at) === 10) at++
    line++
    yield fault ? { cells, line: start, fault } : { cells, line: start }
  }
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

function readQuoted(text: string, from: number, code: number): { value: string; end: number; lines: number } | undefined {
  let lines = 0
  let escaped = false
  for (let at = from + 1; at < text.length && at - from < cellLengthMax; at++) {
    const char = text.charCodeAt(at)
    if (char === 10 && ++lines > quotedLinesMax) return undefined
    if (char !== 34) continue
    const next = text.charCodeAt(at + 1)
    if (next === 34) {
      escaped = true
      at++
    } else if (next === code || next === 10 || next === 13 || Number.isNaN(next)) {
      const value = text.slice(from + 1, at)
      return { value: escaped ? value.replaceAll('""', '"') : value, end: at + 1, lines }
    } else if (next === 32 && /^ *(?:$|[\r\n])/.test(text.slice(at + 1, at + 40))) {
      return { value: text.slice(from + 1, at), end: cellEnd(text, at + 1, code), lines }
    } else if (lines > 0) {
      // A lone quote after a line break opens the next cell of a later row: the one that we are in was never closed.
      return undefined
    }
  }
  return undefined
}
