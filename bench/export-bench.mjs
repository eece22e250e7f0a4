// A million indicators to every rule exporter, whole process; must: 15 s and 600 MB each.
// Usage: npm run bench -- --section export, or alone: node bench/export-bench.mjs [--indicators N] [--to NAME (repeatable; default: all)] [--cli PATH]
import { execFileSync } from "node:child_process"
import { createWriteStream, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { indicatorAt } from "./corpus.mjs"
import { measure } from "./measure.mjs"

const cliDefault = fileURLToPath(new URL("../dist/cli.js", import.meta.url))
export const exportMust = { wallSeconds: 15, megabytes: 600 }

/** Rows for the table: `{name, exported, leftOut, wall, cpu, megabytes, reached}`. */
export async function measureExports({ cli = cliDefault, indicators = 1_000_000, names, say = () => {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "sillage-export-bench-"))
  try {
    const list = join(folder, "list.txt")
    await pipeline(Readable.from(lines(indicators)), createWriteStream(list))
    const rows = []
    for (const name of names ?? targetsOf(cli)) {
      const row = await measureExport(cli, name, list, join(folder, name))
      say(`  ${name}: ${row.wall.toFixed(1)} s, ${row.cpu.toFixed(1)} s CPU, ${row.megabytes?.toFixed(0) ?? "–"} MB`)
      rows.push(row)
    }
    return { rows }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureExport(cli, name, list, out) {
  const run = await measure([process.execPath, cli, "export", "--to", name, "--allow-active", "--bulletin", list, "--out", out])
  rmSync(out, { recursive: true, force: true })
  if (run.code !== 0) throw new Error(`export --to ${name} ended with ${run.code}: ${run.errors.toString("utf8").slice(0, 1000)}`)
  const said = run.output.toString("utf8").split("\n")[0] ?? ""
  const [, exported, leftOut] = /(\d+) indicators written, (\d+) left out/.exec(said) ?? []
  const megabytes = run.memory === null ? null : (run.memory * 2 ** 20) / 1e6
  const reached = run.wall <= exportMust.wallSeconds && (megabytes ?? 0) <= exportMust.megabytes
  return { name, exported: Number(exported), leftOut: Number(leftOut), wall: run.wall, cpu: run.cpu, megabytes, reached }
}

function targetsOf(cli) {
  const known = execFileSync(process.execPath, [cli, "export", "--targets", "--json"], { encoding: "utf8" })
  return known
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).name)
}

function* lines(count) {
  for (let at = 0; at < count; at++) yield `${indicatorAt(at).value}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = { type: "string" }
  const { values } = parseArgs({ options: { indicators: option, to: { type: "string", multiple: true }, cli: option } })
  const { renderTables } = await import("./tables.mjs")
  const { rows } = await measureExports({
    ...(values.cli ? { cli: values.cli } : {}),
    ...(values.indicators ? { indicators: Number(values.indicators) } : {}),
    ...(values.to ? { names: values.to } : {}),
    say: (text) => process.stderr.write(`${text}\n`),
  })
  process.stdout.write(renderTables({ sections: { export: { rows } } }).export)
}
