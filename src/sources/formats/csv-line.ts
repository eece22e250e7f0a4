// One line of separated values, quotes doubled inside quotes. Files of records over several lines are not for here.

/** Cells of a line, at most `cellsMax`; an unclosed quote ends with the line. */
export function splitCsv(line: string, separator: string, cellsMax = 400): string[] {
  const cells: string[] = []
  let at = 0
  while (at <= line.length && cells.length < cellsMax) {
    if (line[at] === '"') {
      const { value, end } = quotedCell(line, at)
      const next = line.indexOf(separator, end)
      cells.push(next < 0 ? value + line.slice(end) : value + line.slice(end, next))
      if (next < 0) return cells
      at = next + separator.length
    } else {
      const next = line.indexOf(separator, at)
      cells.push(next < 0 ? line.slice(at) : line.slice(at, next))
      if (next < 0) return cells
      at = next + separator.length
    }
  }
  return cells
}

function quotedCell(line: string, start: number): { readonly value: string; readonly end: number } {
  let value = ""
  let at = start + 1
  for (;;) {
    const quote = line.indexOf('"', at)
    if (quote < 0) return { value: value + line.slice(at), end: line.length }
    value += line.slice(at, quote)
    if (line[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    at = quote + 2
  }
}
