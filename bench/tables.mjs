// The benchmark's results as Markdown, each table between its own marks in BENCHMARKS.md.
import { readFileSync, writeFileSync } from "node:fs"

const number = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits))
const count = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en"))

/** The head of the page, where the result says on what it was measured, and a table for each section. */
export function renderTables(result) {
  const tables = result.machine === undefined ? {} : { head: headOf(result) }
  for (const [name, section] of Object.entries(result.sections)) {
    tables[name] = section.reason === undefined ? (renderers[name] ?? contestTable)(section.rows) : `Not measured: ${section.reason}.\n`
  }
  return tables
}

function headOf(result) {
  const { machine, contestants, corpus } = result
  return (
    `${result.date}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}, measured by ${machine.timer}; ` +
    `corpus ${(corpus.rawBytes / 1e6).toFixed(0)} MB, ${count(corpus.lines)} lines, seed \`${corpus.seed}\`; ` +
    `rg: ${contestants.rg ?? "not installed"}; grep: ${contestants.grep ?? "not installed"}; median of ${result.rounds} interleaved rounds.\n`
  )
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
      row.expected === null ? "–" : `${count(row.found)} of ${count(row.expected)}`,
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
  kernel: (rows) =>
    table(
      ["indicators", "tables built, ms", "masks", "tokens", "sparse", "readings", "whole scan", "MB/s", "lines marked"],
      rows.map(({ size, buildMs, passes, scan, marked, lines }) => [
        count(size),
        number(buildMs, 0),
        ...["masks", "tokens", "sparse", "readings"].map((name) => number(passes[name])),
        number(scan),
        number(1000 / scan, 0),
        `${number((100 * marked) / lines, 3)} %`,
      ]),
    ),
  binary: (rows) =>
    table(
      ["content", "MB/s of one core", "records/s", "problems", "resident MiB"],
      rows.map((row) => [row.name, number(row.rate, 1), count(Math.round(row.records)), count(row.problems), number(row.memory, 0)]),
    ),
  export: (rows) =>
    table(
      ["target", "exported", "left out", "wall s", "CPU s", "peak MB", "within 15 s and 600 MB"],
      rows.map((row) => [
        row.name,
        count(row.exported),
        count(row.leftOut),
        number(row.wall, 1),
        number(row.cpu, 1),
        number(row.megabytes, 0),
        row.reached ? "yes" : "**no**",
      ]),
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

/** What must be reached, beside what the sections measured; rows that were not measured say so. */
export function renderMusts({ sections }) {
  const row = (section, size, name) => sections[section]?.rows?.find((one) => one.size === size && one.name.startsWith(name))
  const against = (section, size, rival, must) => {
    const found = row(section, size, rival)
    const value = found?.cpuRatio ?? (found?.ended ? found.wallRatio : undefined)
    return [`CPU of \`${rival}\` over ours, ${count(size)}`, `${must}x`, value, value >= must, found?.ended ? "> " : "", "x"]
  }
  const memory = (size, must) => {
    const value = row("plain", size, "sillage")?.memory
    return [`peak memory, MiB, ${count(size)}`, `${must}`, value, value <= must, "", ""]
  }
  const [small, large] = sections.kernel?.rows ?? []
  const scan = large && large.scan / small.scan
  const workers = sections.workers?.rows?.find(({ name }) => name === "sillage, 1 worker")?.wallRatio
  const formats = sections.formats?.rows?.at(-1)?.cpuRatio
  const own = ["plain", "gz"].flatMap((name) => sections[name]?.rows?.filter((one) => one.name.startsWith("sillage")) ?? [])
  const wrong = own.length === 0 ? undefined : own.reduce((sum, one) => sum + one.missed + one.false, 0)
  const rows = [
    against("plain", 161, "rg -j1 -a -F -f", 1.6),
    against("plain", 10_000, "rg -j1 -a -F -f", 9),
    against("plain", 1_000_000, "rg -j1 -a -F -f", 30),
    against("gz", 161, "rg -z -j1 -F -f", 2),
    ["scan only, 1,000,000 over 161", "<= 1.5", large?.size === 1_000_000 ? scan : undefined, scan <= 1.5, "", ""],
    ["two workers over one, wall", "1.7x", workers, workers >= 1.7, "", "x"],
    memory(161, 120),
    memory(1_000_000, 300),
    ["CPU without formats over with them", "0.95 to 1.05", formats, formats >= 0.95 && formats <= 1.05, "", ""],
    ["missed and false lines, all sets", "0", wrong, wrong === 0, "", ""],
  ]
  return table(
    ["quantity", "must", "measured", "reached"],
    rows.map(([name, must, value, reached, sign, unit]) =>
      value === undefined || value === null
        ? [name, must, "–", "not measured"]
        : [name, must, `${sign}${number(value, value >= 20 || Number.isInteger(value) ? 0 : 2)}${unit}`, reached ? "yes" : "**no**"],
    ),
  )
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
