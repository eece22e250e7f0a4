// `node bench/export-bench.mjs`: a million indicators to every rule exporter, whole process; must: 15 s and 600 MB each.
//   --indicators N (1000000)  --to NAME (repeatable; default: all)

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

const { values } = parseArgs({ options: { indicators: { type: "string", default: "1000000" }, to: { type: "string", multiple: true } } })
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-export-bench-"))
try {
  const list = join(folder, "list.txt")
  await pipeline(Readable.from(lines(Number(values.indicators))), createWriteStream(list))
  const known = execFileSync(process.execPath, [cli, "export", "--targets", "--json"], { encoding: "utf8" })
  const names =
    values.to ??
    known
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).name)
  process.stdout.write(
    "| target | exported | left out | wall s | CPU s | peak MiB | must: 15 s, 600 MB |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |\n",
  )
  for (const name of names) {
    const out = join(folder, name)
    const run = await measure([process.execPath, cli, "export", "--to", name, "--allow-active", "--bulletin", list, "--out", out])
    const said = run.output.toString("utf8").split("\n")[0] ?? ""
    const [, exported, left] = /(\d+) indicators written, (\d+) left out/.exec(said) ?? [undefined, "?", "?"]
    const kept = run.code === 0 && run.wall <= 15 && (run.memory ?? 0) <= 600 ? "reached" : "not reached"
    process.stdout.write(
      `| ${name} | ${exported} | ${left} | ${run.wall.toFixed(1)} | ${run.cpu?.toFixed(1)} | ${run.memory?.toFixed(0) ?? "-"} | ${kept} |\n`,
    )
    rmSync(out, { recursive: true, force: true })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function* lines(count) {
  for (let at = 0; at < count; at++) yield `${indicatorAt(at).value}\n`
}
