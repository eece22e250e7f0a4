// The benchmark's results as Markdown, each table between its own marks in BENCHMARKS.md.
import { readFileSync, writeFileSync } from "node:fs"

const number = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits))
const count = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en"))

export function renderTables(result) {
  const { machine, contestants, corpus } = result
  const head =
    `${result.date}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}, measured by ${machine.timer}; ` +
    `corpus ${(corpus.rawBytes / 1e6).toFixed(0)} MB, ${count(corpus.lines)} lines, seed \`${corpus.seed}\`; ` +
    `rg: ${contestants.rg ?? "not installed"}; grep: ${contestants.grep ?? "not installed"}; median of ${result.rounds} interleaved rounds.\n`
  const tables = { head }
  for (const [name, section] of Object.entries(result.sections)) {
    tables[name] = section.reason === undefined ? (renderers[name] ?? contestTable)(section.rows) : `Not measured: ${section.reason}.\n`
  }
  return tables
}

function table(head, rows) {
  return `${[head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`
}

function contestTable(rows) {
  return table(
    ["indicators", "contestant", "CPU s", "wall s", "CPU ratio", "wall ratio", "peak MiB", "true hits", "missed", "false lines"],
    rows.map((row) => [
      count(row.size),
      `${row.name}${row.ended ? " (ended)" : row.single ? " (one run)" : ""}`,
      number(row.cpu),
      number(row.wall),
      number(row.cpuRatio),
      `${row.ended ? "> " : ""}${number(row.wallRatio)}`,
      number(row.memory, 0),
      `${count(row.found)} of ${count(row.expected)}`,
      count(row.missed),
      count(row.false),
    ]),
  )
}

const renderers = {
  store: (rows) =>
    table(
      ["what", "figure", "", "must reach"],
      rows.map((row) => [row.name, number(row.value), row.unit, row.bound]),
    ),
  binary: (rows) =>
    table(
      ["content", "MB/s of one core", "records/s", "problems", "resident MiB"],
      rows.map((row) => [row.name, number(row.rate, 1), count(Math.round(row.records)), count(row.problems), number(row.memory, 0)]),
    ),
  watch: (rows) =>
    table(
      ["what", "measured", "wanted"],
      rows.map(({ name, value, unit, wanted }) => [
        name,
        `${value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`.trim(),
        wanted,
      ]),
    ),
  intake: (rows) =>
    table(
      ["indicators", "CPU s", "wall s", "peak MiB"],
      rows.map((row) => [count(row.size), number(row.cpu), number(row.wall), number(row.memory, 0)]),
    ),
  index: (rows) =>
    table(
      ["what", "must", "goal", "measured", "how"],
      rows.map(({ what, must, goal, measured, how }) => [what, must, goal, measured, how]),
    ),
}

/** Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`; a table without marks is left out. */
export function writeBetweenMarks(path, tables) {
  let text = readFileSync(path, "utf8")
  for (const [name, body] of Object.entries(tables)) {
    const marks = new RegExp(`(<!-- bench:${name} -->\\n)[\\s\\S]*?(<!-- /bench:${name} -->)`)
    text = text.replace(marks, (_all, open, close) => `${open}${body}${close}`)
  }
  writeFileSync(path, text)
}
