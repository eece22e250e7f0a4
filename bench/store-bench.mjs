// What the workspace costs: a million hits stored, a hunt that is recorded, one that was cut off at half and goes on, one that is known already.
// By itself: node bench/store-bench.mjs [--hits N] [--megabytes N] [--rounds N]
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { openDatabase } from "../dist/hits/store/database.js"
import { initWorkspace } from "../dist/hits/store/workspace.js"
import { createGathering } from "../dist/hunt/gather.js"
import { settleFile } from "../dist/hunt/settle.js"
import { measure, median } from "./measure.mjs"

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url))
const noisy = "203.0.113.9"
const noiseMegabytes = 5

/** `{rows}`: one for each quantity, as `{name, value, unit, bound}`; a bound is what issue 6 asks for. */
export async function measureStore({ hits = 1_000_000, megabytes = 4000, rounds = 3 } = {}) {
  const root = mkdtempSync(join(tmpdir(), "sillage-store-bench-"))
  try {
    return { rows: [storeHits(root, hits), ...(await cutAtHalf(root, megabytes, rounds)), ...(await noise(root, rounds))] }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Results of units as the threads hand them over: committed, settled, gathered, and the answer kept. */
function storeHits(root, hits) {
  const workspace = initWorkspace(join(root, "stored"))
  const indicators = [{ type: "ipv4-addr", value: noisy, bulletin: "bench", marks: [], provenance: "bench" }]
  const each = 10_000
  const asked = { paths: ["/logs"], since: null, until: null, tz: null, own: [], trustedProxies: [] }
  let seconds = 0
  let cpuSeconds = 0
  const timed = (body) => {
    const [started, before] = [performance.now(), process.cpuUsage()]
    const result = body()
    seconds += (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(before)
    cpuSeconds += (user + system) / 1e6
    return result
  }
  const id = workspace.hunts.begin(asked, { indicators, bulletins: [] }, "2021-06-01T00:00:00Z")
  const gathering = createGathering(1000)
  for (let at = 0; at * each < hits; at++) {
    const value = resultOf(at, Math.min(each, hits - at * each))
    timed(() => {
      const file = { path: `/logs/${at}.log`, size: 1, mtimeNs: String(at), changedNs: "0", inode: `0:${at}` }
      workspace.units.commit([{ file, sample: "", part: "", setup: "bench", patterns: [noisy], value }], "2021-06-01T00:00:00Z")
      const unit = { id: String(at), path: `/logs/${at}.log`, file: "", size: 1, mtimeMs: 0 }
      gathering.add(settleFile(unit, [value], indicators, { since: null, until: null }).hits)
    })
  }
  const answer = gathering.gathered()
  timed(() => workspace.hunts.finish(id, "done", { ...answer, coverage: [], problems: [] }, {}, "2021-06-01T00:00:00Z"))
  workspace.close()
  if (answer.counts.total !== hits) throw new Error(`${answer.counts.total} hits were counted, not ${hits}`)
  return {
    name: `${hits.toLocaleString("en")} hits committed, settled, counted and kept (${cpuSeconds.toFixed(1)} s CPU)`,
    value: seconds,
    unit: "s wall",
    bound: "≤ 15, goal 6",
  }
}

function resultOf(unit, records) {
  const findings = Array.from({ length: records }, (_, line) => {
    const second = unit * records + line
    const source = `10.${second % 200}.${(second >> 3) % 250}.${second % 250}`
    return {
      record: {
        text: `2021-01-03T02:11:09Z fw1 kernel: src=${source} dst=${noisy} proto=tcp sport=${1024 + (second % 60000)} dport=443 action=allow n=${second}`,
        format: "key-value",
        fields: { "source.ip": source, "destination.ip": noisy, "destination.port": 443, "event.action": "allow" },
        time: { year: 2021, month: 1, day: 3, hour: second % 24, minute: second % 60, second: 9, nanos: 0, offsets: [0] },
        direction: "outbound",
        action: "allowed",
        outcome: "unknown",
      },
      occurrences: [{ indicator: 0, observed: noisy, strength: "exact", notes: [], where: "destination.ip" }],
      place: { line: line + 1, offset: line * 120 },
      at: line * 120,
    }
  })
  const counts = { searched: 1, notSearched: 0, decoded: records * 120, records, undated: 0, newlines: records }
  return {
    leaves: [{ mtimeMs: 0, format: "key-value", ...counts, samples: [], findings, decoys: [], problems: [], list: false, empty: false }],
  }
}

const hunting = (logs, ...more) => [process.execPath, cli, "hunt", "--indicator", noisy, "--no-decoys", "--json", ...more, logs]

/** Interleaved; ratios are the median of the rounds' ratios. */
async function cutAtHalf(root, megabytes, rounds) {
  const logs = join(root, "logs")
  const files = writeLogs(logs, megabytes, 3000)
  const runs = { bare: [], recorded: [], rest: [], known: [] }
  for (let round = 0; round < rounds; round++) {
    const [whole, cut] = [join(root, `whole-${round}`), join(root, `cut-${round}`)]
    for (const dir of [whole, cut]) initWorkspace(dir).close()
    runs.bare.push(await measure(hunting(logs, "--no-record"), { collect: false }))
    runs.recorded.push(await measure(hunting(logs, "--workspace", whole), { collect: false }))
    await cutWhenDone(hunting(logs, "--workspace", cut), cut, files / 2)
    runs.rest.push(await measure([process.execPath, cli, "hunt", "--resume", "--workspace", cut, "--json"], { collect: false }))
    runs.known.push(await measure(hunting(logs, "--workspace", whole), { collect: false }))
  }
  const cpu = (name) => median(runs[name].map((run) => run.cpu))
  const ratio = (name, to) => median(runs[name].map((run, round) => run.cpu / runs[to][round].cpu))
  return [
    { name: `${megabytes} MB in ${files} plain logs, without a workspace`, value: cpu("bare"), unit: "s CPU", bound: "" },
    { name: "the same, recorded", value: ratio("recorded", "bare"), unit: "× the CPU", bound: "" },
    {
      name: "the same, killed at half and resumed: the second run",
      value: ratio("rest", "recorded"),
      unit: "× a full one",
      bound: "≤ 0.55",
    },
    { name: "the same again, all known", value: ratio("known", "recorded"), unit: "× a full one", bound: "" },
  ]
}

function writeLogs(folder, megabytes, every) {
  mkdirSync(folder)
  const files = Math.max(2, Math.round(megabytes / 10))
  const bytes = (megabytes * 1_000_000) / files
  for (let file = 0; file < files; file++) {
    let text = ""
    for (let line = 0; text.length < bytes; line++) {
      const address = line % every === every - 1 ? noisy : `198.51.100.${line % 250}`
      const time = new Date(Date.UTC(2021, 0, 1 + (file % 28)) + line * 900).toISOString()
      text += `${time} fw${line % 4} kernel: src=10.0.${line % 200}.7 dst=${address} proto=tcp sport=${1024 + (line % 60000)} dport=443 action=allow\n`
    }
    writeFileSync(join(folder, `fw-${file}.log`), text)
  }
  return files
}

async function cutWhenDone(command, dir, units) {
  const child = spawn(command[0], command.slice(1), { stdio: "ignore" })
  const ended = new Promise((resolve) => child.once("close", resolve))
  const db = openDatabase(join(dir, "workspace.db"), "existing")
  while (child.exitCode === null && db.row("SELECT COUNT(*) AS n FROM unit").n < units) await new Promise((resume) => setTimeout(resume, 5))
  db.close()
  child.kill("SIGKILL")
  await ended
}

/** Every line a hit. */
async function noise(root, rounds) {
  const logs = join(root, "noise")
  writeLogs(logs, noiseMegabytes, 1)
  const ratios = []
  for (let round = 0; round < rounds; round++) {
    const dir = join(root, `noise-${round}`)
    initWorkspace(dir).close()
    const bare = await measure(hunting(logs, "--no-record"), { collect: false })
    const recorded = await measure(hunting(logs, "--workspace", dir), { collect: false })
    ratios.push(recorded.cpu / bare.cpu)
  }
  return [
    { name: `${noiseMegabytes} MB of which every line is a hit: recorded`, value: median(ratios), unit: "× the CPU", bound: "≤ 1.10" },
  ]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { hits: { type: "string" }, megabytes: { type: "string" }, rounds: { type: "string" } } })
  const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]))
  const { rows } = await measureStore(given)
  for (const { name, value, unit, bound } of rows)
    process.stdout.write(`${name}: ${value.toFixed(2)} ${unit}${bound ? `  (${bound})` : ""}\n`)
}
