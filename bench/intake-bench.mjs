// `npm run bench:intake`: a million indicators from CSV, and an event of MISP of 50 MB, each read in a process of its own that says what it took.
// `node bench/intake-bench.mjs [--indicators N] [--event-bytes N] [--rounds N] [--json]`. Needs `npm run build`.
import { execFileSync } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const targets = { csv: { seconds: 6, mebibytes: 600 }, misp: { seconds: 10, mebibytes: null } }

const { values } = parseArgs({
  options: {
    indicators: { type: "string", default: "1000000" },
    "event-bytes": { type: "string", default: String(50 * 1024 * 1024) },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
    read: { type: "string" },
  },
})

if (values.read !== undefined) await readOnce(values.read)
else compare()

/** The measured half: what `sillage bulletin` does with a file before it prints anything. */
async function readOnce(path) {
  const { readBulletin } = await import("../dist/intake/intake.js")
  const started = performance.now()
  const { format, indicators, leftOut, problems } = await readBulletin(basename(path), readFileSync(path))
  const seconds = (performance.now() - started) / 1000
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  console.log(
    JSON.stringify({
      format,
      indicators: indicators.length,
      leftOut: leftOut.length,
      problems: problems.length,
      seconds,
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      peakMebibytes: maxRSS / 1024,
    }),
  )
}

function compare() {
  const folder = mkdtempSync(join(tmpdir(), "sillage-intake-bench-"))
  try {
    const documents = { csv: join(folder, "million.csv"), misp: join(folder, "event.json") }
    const expected = {
      csv: writeCsv(documents.csv, Number(values.indicators)),
      misp: writeEvent(documents.misp, Number(values["event-bytes"])),
    }
    for (const [name, path] of Object.entries(documents)) report(name, path, expected[name], best(path, expected[name]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function best(path, expected) {
  let found
  for (let round = 0; round < Number(values.rounds); round++) {
    const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--read", path], { encoding: "utf8" })
    const said = JSON.parse(output)
    // A fast reader that loses something has won nothing.
    if (said.indicators !== expected || said.problems !== 0) throw new Error(`${expected} indicators expected: ${output}`)
    if (!found || said.seconds < found.seconds) found = said
  }
  return found
}

function report(name, path, indicators, { format, seconds, cpuSeconds, peakMebibytes }) {
  const target = targets[name]
  const bytes = statSync(path).size
  if (values.json) {
    console.log(JSON.stringify({ document: name, format, bytes, indicators, seconds, cpuSeconds, peakMebibytes, target }))
    return
  }
  const memory = `${peakMebibytes.toFixed(0)} MiB at most${target.mebibytes ? ` (target ${target.mebibytes})` : ""}`
  console.log(
    `${format.padEnd(5)} ${(bytes / 1e6).toFixed(1)} MB, ${indicators} indicators: ${seconds.toFixed(2)} s (target ${target.seconds}), ${cpuSeconds.toFixed(2)} s of CPU, ${memory}`,
  )
}

/** A table as a platform exports it: four kinds, dates, a confidence and a remark. Returns how many distinct indicators it holds. */
function writeCsv(path, count) {
  const write = writer(path)
  write("type,value,valid_from,valid_until,confidence,tlp,comment\n")
  for (let at = 0; at < count; at++) {
    const [type, value] = indicatorAt(at)
    const day = String(1 + (at % 28)).padStart(2, "0")
    write(
      `${type},${value},2021-01-${day}T00:00:00Z,2021-12-${day}T00:00:00Z,${50 + (at % 50)},TLP:GREEN,"seen by sensor ${at % 97}, again"\n`,
    )
  }
  write()
  return count
}

function writeEvent(path, bytes) {
  const write = writer(path)
  const types = { "ipv4-addr": "ip-dst", "domain-name": "domain", url: "url", "file:hashes.SHA-256": "sha256" }
  let size = write(`{"Event":{"info":"Benchmark","date":"2021-07-21","Tag":[{"name":"tlp:green"}],"Attribute":[`)
  let at = 0
  while (size < bytes) {
    const [type, value] = indicatorAt(at)
    const attribute = {
      id: String(at),
      type: types[type],
      category: "Network activity",
      to_ids: true,
      uuid: `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`,
      event_id: "1",
      distribution: "5",
      timestamp: "1626825600",
      comment: `seen by sensor ${at % 97}`,
      sharing_group_id: "0",
      deleted: false,
      disable_correlation: false,
      object_id: "0",
      object_relation: null,
      first_seen: null,
      last_seen: null,
      value,
      Tag: [{ id: "1", name: "tlp:green", colour: "#339900" }],
    }
    size += write(`${at > 0 ? "," : ""}${JSON.stringify(attribute)}`)
    at++
  }
  write("]}}\n")
  write()
  return at
}

/** Distinct values without chance: networks of no one in particular, names under reserved suffixes. */
function indicatorAt(at) {
  const hex = (Math.imul(at, 2654435761) >>> 0).toString(16).padStart(8, "0")
  switch (at % 10) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return ["ipv4-addr", `${20 + (at >>> 24)}.${(at >>> 16) & 255}.${(at >>> 8) & 255}.${at & 255}`]
    case 5:
    case 6:
      return ["domain-name", `relay-${hex}.host${at}.example`]
    case 7:
      return ["url", `http://cdn${at}.example/a/${hex}/index.php?id=${at}`]
    default:
      return ["file:hashes.SHA-256", `${hex.repeat(7)}${at.toString(16).padStart(8, "0")}`]
  }
}

/** Appends text in large pieces; without text it writes what is left and closes. Returns the bytes taken (ASCII). */
function writer(path) {
  const file = openSync(path, "w")
  let pieces = []
  let held = 0
  return (text) => {
    if (text !== undefined) {
      pieces.push(text)
      held += text.length
    }
    if (text === undefined || held > 1 << 20) {
      writeSync(file, pieces.join(""))
      pieces = []
      held = 0
    }
    if (text === undefined) closeSync(file)
    return text?.length ?? 0
  }
}
