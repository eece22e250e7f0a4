// The watch's figures: lines a second of one core, time from a line's writing to its alert, memory, and the pause while indicators change.
// Usage: npm run bench -- --section watch, or alone: node bench/watch-bench.mjs [--lines N] [--seconds N] [--rate N] [--indicators N] [--swap N]
// [--plants N: records a second that name an indicator, each another one on another asset]
// With --rotate SECONDS only the long run: memory while a log grows at the rate, and is rotated and compressed every so many seconds.
import { spawn } from "node:child_process"
import {
  appendFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath, pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { gzipSync } from "node:zlib"
import { indicatorAt } from "./corpus.mjs"
import { measure } from "./measure.mjs"

const cliDefault = fileURLToPath(new URL("../dist/cli.js", import.meta.url))
const listed = "203.0.113.9"

/** Rows for the table: `{name, value, unit, wanted}`. */
export async function measureWatch({
  cli = cliDefault,
  lines = 4_000_000,
  seconds = 30,
  rate = 20_000,
  indicators = 10_000,
  swap = 1_000_000,
  plants = 20,
  say = () => {},
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), "sillage-watch-bench-"))
  try {
    const set = join(folder, "set.txt")
    writeSet(set, indicators)
    say(`  ${lines} lines in one file …`)
    const throughput = await measureThroughput({ cli, folder, set, lines })
    say(`  ${rate} lines a second for ${seconds} s …`)
    const live = await measureLive({ cli, folder, set, indicators, rate, plants, seconds, swap: 0 })
    say(`  the same while ${swap} indicators are added …`)
    const swapped = await measureLive({ cli, folder, set, indicators, rate, plants, seconds: Math.max(seconds, 60), swap })
    const sets = `${indicators.toLocaleString("en")} indicators`
    return {
      rows: [
        { name: `lines a second of one core, ${sets}`, value: throughput.rate, unit: "lines/s", wanted: ">= 400,000" },
        { name: "records planted in it and not told of", value: throughput.missed, unit: "", wanted: "0" },
        ...delayRows(live, `, ${rate.toLocaleString("en")} lines/s`, "<= 250"),
        { name: "records planted in it and not told of", value: live.missed, unit: "", wanted: "0" },
        { name: "processor time while it does", value: live.cpuShare, unit: "% of a core", wanted: "" },
        { name: `largest resident set in ${seconds} s`, value: live.memory, unit: "MB", wanted: "<= 150" },
        { name: `longest pause while ${swap.toLocaleString("en")} are added`, value: swapped.pause, unit: "ms", wanted: "<= 1,000" },
        ...delayRows(swapped, " meanwhile", ""),
        { name: "records planted in it and not told of", value: swapped.missed, unit: "", wanted: "0" },
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function delayRows({ alerts, p50, p99, max }, when, wanted) {
  return [
    { name: `alerts timed${when}`, value: alerts, unit: "", wanted: "" },
    { name: "from line to alert, median", value: p50, unit: "ms", wanted: "" },
    { name: "from line to alert, 99 of 100", value: p99, unit: "ms", wanted },
    { name: "from line to alert, the longest", value: max, unit: "ms", wanted: "" },
  ]
}

/** The set of the corpus, beside the address that the planted lines name. */
function writeSet(path, count) {
  const out = [listed]
  for (let number = 0; number < count; number++) out.push(indicatorAt(number).value)
  writeFileSync(path, `${out.join("\n")}\n`)
}

/** A line of a firewall; a planted one names a listed address, and its number as the asset. */
function lineOf(number, planted) {
  const time = new Date(Date.UTC(2026, 2, 15) + number * 3).toISOString()
  const source = planted ?? `100.${64 + (number & 63)}.${(number >> 6) & 255}.${(number >> 14) & 255}`
  return `${time} fw1 action=allow proto=tcp src=${source} spt=${1024 + (number % 60000)} dst=${assetOf(number)} dpt=443 bytes=${(number * 7919) % 99991} rule=17\n`
}

const assetOf = (number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`

async function measureThroughput({ cli, folder, set, lines }) {
  const logs = join(folder, "throughput")
  mkdirSync(logs)
  const every = 40_000
  const out = createWriteStream(join(logs, "fw.log"))
  for (let number = 0; number < lines; number++) {
    if (!out.write(lineOf(number, number % every === every - 1 ? listed : undefined)))
      await new Promise((resume) => out.once("drain", resume))
  }
  await new Promise((resume) => out.end(resume))
  const workspace = await workspaceIn(cli, join(folder, "workspace-throughput"), set)
  const run = [process.execPath, cli, "watch", "--once", "--json", "--quiet", "--workspace", workspace]
  const empty = join(folder, "empty")
  mkdirSync(empty)
  // Starting, and building the tables, are no part of the rate.
  const start = await measure([...run, empty], { collect: false })
  const full = await measure([...run, logs])
  const told = full.output
    .toString("utf8")
    .split("\n")
    .filter((line) => line.includes('"type":"alert"')).length
  // Half a gigabyte not yet on the disk: whoever syncs a commit next would wait for it too.
  rmSync(logs, { recursive: true })
  return { rate: lines / (full.cpu - start.cpu), missed: Math.floor(lines / every) - told }
}

/** Writes lines at a rate, so many of them planted evenly, and takes the time until the alert of each stands on stdout. */
async function measureLive({ cli, folder, set, indicators, rate, plants, seconds, swap, rotation }) {
  const addresses = listedAddresses(indicators)
  // Made before the clock runs: whoever writes it writes no lines meanwhile.
  const more = swap > 0 ? writeMore(folder, swap) : undefined
  const logs = mkdtempSync(join(folder, "live-"))
  const workspace = await workspaceIn(cli, mkdtempSync(join(folder, "workspace-")), set)
  const log = join(logs, "fw.log")
  writeFileSync(log, "")
  const port = 20_000 + (process.pid % 20_000)
  const options = ["--json", "--quiet", "--workspace", workspace, "--listen", `127.0.0.1:${port}`]
  const child = spawn(process.execPath, [cli, "watch", ...options, logs], { stdio: ["ignore", "pipe", "inherit"] })
  const written = new Map()
  const delays = []
  createInterface({ input: child.stdout }).on("line", (line) => {
    const alert = JSON.parse(line)
    const at = alert.type === "alert" && alert.found === "live" ? written.get(alert.asset) : undefined
    if (at === undefined) return
    written.delete(alert.asset)
    delays.push(performance.now() - at)
  })
  try {
    await untilRunning(port)
    const ended = performance.now() + seconds * 1000
    const cpuBefore = cpuOf(child.pid)
    const began = performance.now()
    let [number, memory, swapping] = [0, 0, undefined]
    let [nextPlant, plantedCount] = [0, 0]
    const samples = []
    let rotations = 0
    while (performance.now() < ended || (swapping && !swapping.done && performance.now() < ended + 60_000)) {
      const due = Math.floor(((performance.now() - began) * rate) / 1000)
      let text = ""
      const planted = []
      for (; number < due; number++) {
        const plant = number >= nextPlant
        if (plant) {
          nextPlant += rate / plants
          planted.push(assetOf(number))
        }
        text += lineOf(number, plant ? addresses[plantedCount++ % addresses.length] : undefined)
      }
      // Taken before the write: the time of the writing itself counts.
      const now = performance.now()
      for (const asset of planted) written.set(asset, now)
      appendFileSync(log, text)
      const resident = residentMegabytes(child.pid)
      memory = Math.max(memory, resident)
      const elapsed = performance.now() - began
      if (elapsed >= samples.length * 1000) samples.push({ second: Math.floor(elapsed / 1000), megabytes: resident })
      if (rotation && elapsed >= (rotations + 1) * rotation.everyMs) {
        rotateLog(log)
        rotations++
        rotation.say(`  ${Math.round(elapsed / 1000)} s: ${resident.toFixed(1)} MB now, ${memory.toFixed(1)} MB at most`)
      }
      if (swap > 0 && swapping === undefined && performance.now() - began > 3000) swapping = addSet(cli, workspace, more)
      await new Promise((resume) => setTimeout(resume, 10))
    }
    const cpuShare = (100 * (cpuOf(child.pid) - cpuBefore)) / ((performance.now() - began) / 1000)
    if (swap > 0) await untilSwapped(port)
    await new Promise((resume) => setTimeout(resume, 1500))
    const status = await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()
    delays.sort((a, b) => a - b)
    const quantile = (share) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? null
    return {
      alerts: delays.length,
      p50: quantile(0.5),
      p99: quantile(0.99),
      max: delays.at(-1) ?? null,
      missed: written.size,
      memory,
      cpuShare,
      pause: status.watch.swapPauseMs,
      samples,
      rotations,
    }
  } finally {
    child.kill("SIGTERM")
    await new Promise((resume) => child.once("close", resume))
  }
}

/** Resident megabytes over a long run with rotations: rows as above, one for each tenth of it. */
export async function measureEndurance({
  cli = cliDefault,
  seconds = 3600,
  rate = 1000,
  indicators = 10_000,
  rotate = 120,
  // Within a window of alerts, fewer than the groups that a watch keeps open.
  plants = 10,
  say = () => {},
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), "sillage-watch-endurance-"))
  try {
    const set = join(folder, "set.txt")
    writeSet(set, indicators)
    const rotation = { everyMs: rotate * 1000, say }
    const live = await measureLive({ cli, folder, set, indicators, rate, plants, seconds, swap: 0, rotation })
    const tenth = seconds / 10
    return {
      rows: [
        {
          name: `largest resident set in ${seconds} s, ${rate.toLocaleString("en")} lines/s`,
          value: live.memory,
          unit: "MB",
          wanted: "<= 150",
        },
        ...Array.from({ length: 10 }, (_, at) => {
          const within = live.samples.filter((one) => one.second >= at * tenth && one.second < (at + 1) * tenth)
          const largest = Math.max(0, ...within.map(({ megabytes }) => megabytes))
          return { name: `largest from ${at * tenth} to ${(at + 1) * tenth} s`, value: largest, unit: "MB", wanted: "" }
        }),
        { name: "rotations", value: live.rotations, unit: "", wanted: "" },
        ...delayRows(live, "", "<= 250"),
        { name: "records planted in it and not told of", value: live.missed, unit: "", wanted: "0" },
        { name: "processor time while it does", value: live.cpuShare, unit: "% of a core", wanted: "" },
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As logrotate with `delaycompress`: renamed, the one before compressed, the oldest removed. */
function rotateLog(log) {
  if (existsSync(`${log}.1`)) {
    const bytes = gzipSync(readFileSync(`${log}.1`))
    writeFileSync(`${log}.2.gz.tmp`, bytes)
    renameSync(`${log}.2.gz.tmp`, `${log}.2.gz`)
    rmSync(`${log}.1`)
  }
  renameSync(log, `${log}.1`)
}

/** The addresses among the listed indicators, which planted lines name one after another. */
function listedAddresses(indicators) {
  const all = Array.from({ length: indicators }, (_, number) => indicatorAt(number))
  return all.filter(({ kind }) => kind === "ipv4").map(({ value }) => value)
}

function writeMore(folder, size) {
  const path = join(folder, "swap.txt")
  const out = []
  for (let number = 0; number < size; number++) out.push(indicatorAt(20_000 + number).value)
  writeFileSync(path, `${out.join("\n")}\n`)
  return path
}

/** Another process adds the set, as a person would. */
function addSet(cli, workspace, path) {
  const adding = spawn(process.execPath, [cli, "bulletin", "add", "--workspace", workspace, path], {
    stdio: ["ignore", "ignore", "inherit"],
  })
  const state = { done: false }
  adding.once("close", () => {
    state.done = true
  })
  return state
}

async function workspaceIn(cli, path, set) {
  const { initWorkspace } = await import(pathToFileURL(join(cli, "../hits/store/workspace.js")).href)
  initWorkspace(path).close()
  await measure([process.execPath, cli, "bulletin", "add", "--workspace", path, set], { collect: false })
  return path
}

async function untilRunning(port) {
  await until(port, ({ watch }) => watch.state === "running", 60_000)
}

async function untilSwapped(port) {
  await until(port, ({ watch }) => watch.swaps > 0, 180_000)
}

async function until(port, holds, withinMs) {
  for (const end = performance.now() + withinMs; performance.now() < end; ) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`)
      if (holds(await answer.json())) return
    } catch {
      // Not yet listening.
    }
    await new Promise((resume) => setTimeout(resume, 100))
  }
  throw new Error("the watch did not get there in time")
}

/** Linux only; 0 elsewhere. */
function residentMegabytes(pid) {
  return (Number(/VmRSS:\s+(\d+)/.exec(procFile(pid, "status"))?.[1] ?? 0) * 1024) / 1e6
}

/** Seconds of user and system time. */
function cpuOf(pid) {
  const stat = procFile(pid, "stat")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100
}

function procFile(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1")
  } catch {
    return ""
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = { type: "string" }
  const { values } = parseArgs({
    options: {
      lines: option,
      seconds: option,
      rate: option,
      indicators: option,
      swap: option,
      plants: option,
      rotate: option,
      cli: option,
    },
  })
  const { cli, ...numbers } = values
  const settings = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]))
  const run = settings.rotate === undefined ? measureWatch : measureEndurance
  const { rows } = await run({ ...settings, ...(cli ? { cli } : {}), say: (text) => process.stderr.write(`${text}\n`) })
  for (const { name, value, unit, wanted } of rows) {
    const shown = value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 1 })
    process.stdout.write(`${name}: ${shown} ${unit}${wanted ? ` (wanted ${wanted})` : ""}\n`)
  }
}
