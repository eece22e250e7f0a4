// Makes the demo's archive: `node demo/make-archive.mjs FOLDER [--megabytes N] [--seed TEXT] [--control] [--threads N]`.
// Same options, same text, on every machine. What was planted is written beside the archive, to `plants.json`.
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { Worker } from "node:worker_threads"
import { layout } from "./layout.mjs"
import { isoUtc } from "./lib/clock.mjs"
import { campaign, lookAlikes } from "./plants.mjs"

/** Raised with every change of the archive's text. */
const version = 2
export const defaults = { seed: "sillage", megabytes: 220 }
export const bulletinPath = fileURLToPath(new URL("./bulletin/apt31-relays-2021.stix.json", import.meta.url))

/** The addresses of the demo's bulletin. */
export function listedAddresses() {
  const bundle = JSON.parse(readFileSync(bulletinPath, "utf8"))
  return bundle.objects.filter(({ type }) => type === "indicator").map(({ pattern }) => /'(.+)'/.exec(pattern)[1])
}

/** Makes the demo's archive in `folder`/logs, or leaves the one that is there already; answers its `plants.json`. */
export async function makeArchive(
  folder,
  { seed = defaults.seed, megabytes = defaults.megabytes, control = false, threads, progress } = {},
) {
  const identity = { version, seed, megabytes, control }
  const truthPath = join(folder, "plants.json")
  if (existsSync(truthPath)) {
    const truth = JSON.parse(readFileSync(truthPath, "utf8"))
    if (JSON.stringify(truth.archive) === JSON.stringify(identity)) return truth
  }
  rmSync(folder, { recursive: true, force: true })
  const listed = listedAddresses()
  const planted = control ? { events: [], files: [], relays: [] } : campaign(listed, seed)
  const events = [...planted.events, ...lookAlikes(listed, seed)]
  const made = await writeLogs({ folder: join(folder, "logs"), files: layout(megabytes), events, seed, listed, threads, progress })
  for (const { path, text, modified } of planted.files) {
    const full = join(folder, "logs", path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
    utimesSync(full, modified / 1000, modified / 1000)
  }
  const truth = { archive: identity, ...made.totals, relays: planted.relays, ...truthOf(events, planted.files, made.places) }
  // Written last: an archive without it was cut off and is made anew.
  writeFileSync(truthPath, `${JSON.stringify(truth, null, 1)}\n`)
  return truth
}

/**
 * Writes log files on several threads. `events` (`{id, log, instant, line}`) go into the part that holds their instant.
 * With `gzFolder`, each file is also kept there, compressed. Answers the place of each event by its id.
 */
export async function writeLogs({
  folder,
  gzFolder,
  files,
  events,
  seed,
  listed,
  threads = Math.min(4, availableParallelism()),
  progress,
}) {
  const queue = assign(files, events).sort((one, other) => weight(other) - weight(one))
  const total = queue.reduce((sum, file) => sum + weight(file), 0)
  const places = new Map()
  const totals = { files: files.length, rawBytes: 0, storedBytes: 0, lines: 0 }
  let done = 0
  const work = async () => {
    const worker = new Worker(new URL("./archive-worker.mjs", import.meta.url), { workerData: { folder, gzFolder, seed, listed } })
    try {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        const made = await answer(worker, file)
        totals.rawBytes += made.rawBytes
        totals.storedBytes += made.storedBytes
        totals.lines += made.lines
        for (const { id, ...where } of made.planted) places.set(id, where)
        done += weight(file)
        progress?.(done / total)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: threads }, work))
  const lost = events.filter(({ id }) => !places.has(id))
  if (lost.length > 0) throw new Error(`no file holds the instants of ${lost.map(({ id, log }) => `${id} (${log})`).join(", ")}`)
  return { totals, places }
}

const weight = (file) => file.parts.reduce((sum, { lines }) => sum + lines, 0)

function assign(files, events) {
  const byLog = Map.groupBy ? Map.groupBy(events, ({ log }) => log) : groupByLog(events)
  return files.map((file) => ({
    ...file,
    parts: file.parts.map((part) => ({
      ...part,
      plants: (byLog.get(part.log) ?? [])
        .filter(({ instant }) => instant >= part.from && instant < part.to)
        .sort((one, other) => one.instant - other.instant)
        .map(({ id, instant, line }) => ({ id, instant, line })),
    })),
  }))
}

/** Node 20 has no `Map.groupBy`. */
function groupByLog(events) {
  const groups = new Map()
  for (const event of events) groups.set(event.log, [...(groups.get(event.log) ?? []), event])
  return groups
}

function answer(worker, file) {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners()
    worker.once("message", resolve)
    worker.once("error", reject)
    worker.postMessage(file)
  })
}

function truthOf(events, files, places) {
  const inLogs = events.flatMap(({ id, instant, marks }) => {
    const { path, member, line } = places.get(id)
    return marks.map((mark) => ({ id, file: path, member, line, time: isoUtc(instant), ...mark }))
  })
  const inLists = files.flatMap(({ path, plants }) =>
    plants.map(({ line, instant, ...mark }) => ({ file: path, line, time: instant === undefined ? undefined : isoUtc(instant), ...mark })),
  )
  const all = [...inLogs, ...inLists]
  return { plants: all.filter(({ expect }) => expect !== "none"), nearMisses: all.filter(({ expect }) => expect === "none") }
}

/** Says on a terminal how far the archive is. */
export function progressLine(share) {
  if (process.stderr.isTTY) process.stderr.write(`\rwriting the archive: ${Math.floor(share * 100)} %${share === 1 ? "\n" : ""}`)
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { megabytes: { type: "string" }, seed: { type: "string" }, control: { type: "boolean" }, threads: { type: "string" } },
  })
  const megabytes = Number(values.megabytes ?? defaults.megabytes)
  if (positionals.length !== 1 || !(megabytes > 0)) {
    process.stderr.write("usage: make-archive.mjs FOLDER [--megabytes N] [--seed TEXT] [--control] [--threads N]\n")
    process.exitCode = 2
    return
  }
  const started = performance.now()
  const options = { megabytes, seed: values.seed, control: values.control, progress: progressLine }
  if (values.threads !== undefined) options.threads = Number(values.threads)
  const truth = await makeArchive(positionals[0], options)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stderr.write(
    `${truth.files} files, ${truth.lines} lines, ${(truth.rawBytes / 1e6).toFixed(1)} MB of text in ${(truth.storedBytes / 1e6).toFixed(1)} MB, ${truth.plants.length} planted, ${seconds} s\n`,
  )
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main()
