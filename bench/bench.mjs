// `npm run bench`: Sillage against `rg` and `grep` over one seeded corpus; results to bench/results and BENCHMARKS.md.
//   --megabytes N (1000)  --rounds N (3, after one that is thrown away)  --sets 161,10000,1000000  --section NAME (repeatable)
//   --index-sizes 2,10 (GB of text of the two archives of the section index)  --quick (a small corpus, one round, nothing written)  --rival-seconds N (240)  --folder DIR
//   --cli PATH (of another build)  --against PATH (a second build, as one more contestant)
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { freemem } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { measureBinary } from "./binary-bench.mjs"
import { makeCorpus, setName } from "./corpus.mjs"
import { measureExports } from "./export-bench.mjs"
import { measureIndex } from "./index-bench.mjs"
import { measurePasses, textsBelow } from "./kernel-bench.mjs"
import { machine, measure, median, which } from "./measure.mjs"
import { measureStore } from "./store-bench.mjs"
import { renderMusts, renderTables, writeBetweenMarks } from "./tables.mjs"
import { measureWatch } from "./watch-bench.mjs"

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const say = (text) => process.stderr.write(`${text}\n`)

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    megabytes: { type: "string" },
    rounds: { type: "string" },
    sets: { type: "string" },
    section: { type: "string", multiple: true },
    "index-sizes": { type: "string" },
    folder: { type: "string" },
    "rival-seconds": { type: "string", default: "240" },
    cli: { type: "string", default: here("../dist/cli.js") },
    against: { type: "string" },
  },
})
const { cli } = values
const settings = {
  megabytes: Number(values.megabytes ?? (values.quick ? 60 : 1000)),
  rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
  sizes: (values.sets ?? (values.quick ? "161,10000" : "161,10000,1000000")).split(",").map(Number),
  rivalMs: Number(values["rival-seconds"]) * 1000,
}

/** Of the scan alone: a round takes seconds, and the best one counts. Of a few, none may fall into a quick moment of a shared machine. */
const kernelRounds = values.quick ? 1 : 15

/** Each section answers rows for its table, or a reason why it has none. */
const sections = {
  plain: comparePlain,
  gz: compareGz,
  workers: compareWorkers,
  formats: compareFormats,
  kernel: measureKernel,
  index: compareIndex,
  intake: measureIntake,
  binary: () => measureBinary({ rounds: settings.rounds }),
  export: () => measureExports({ cli, say, ...(values.quick ? { indicators: 50_000 } : {}) }),
  watch: () => measureWatch({ cli, say, ...(values.quick ? { lines: 500_000, seconds: 10, swap: 50_000 } : {}) }),
  store: () => measureStore(values.quick ? { hits: 50_000, megabytes: 60, rounds: 1 } : { rounds: settings.rounds }),
}

if (!existsSync(cli)) {
  say(`${cli} is missing: run \`npm run build\` first`)
  process.exit(2)
}
const commands = execFileSync(process.execPath, [cli, "--help"], { encoding: "utf8" })
const folder = values.folder ?? here("./corpus")
say(`corpus of ${settings.megabytes} MB in ${folder} …`)
const truth = await makeCorpus(folder, { megabytes: settings.megabytes, sizes: settings.sizes })

const result = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  contestants: { sillage: JSON.parse(readFileSync(here("../package.json"), "utf8")).version, rg: versionOf("rg"), grep: versionOf("grep") },
  corpus: { ...truth.corpus, rawBytes: truth.rawBytes, lines: truth.lines, files: truth.files },
  rounds: settings.rounds,
  sections: {},
}
for (const name of values.section ?? Object.keys(sections)) {
  if (!(name in sections)) {
    say(`no such section: ${name}; there are ${Object.keys(sections).join(", ")}`)
    process.exit(2)
  }
  say(`section ${name}`)
  try {
    result.sections[name] = await sections[name]()
  } catch (error) {
    // One section that fails costs no other its figures, and the run its success.
    say(`section ${name} failed: ${error.stack}`)
    result.sections[name] = { reason: `the section failed: ${error.message.split("\n")[0]}` }
    process.exitCode = 1
  }
}
const tables = renderTables(result)
process.stdout.write(`${[...Object.values(tables), renderMusts(result)].join("\n")}\n`)
if (!values.quick) {
  mkdirSync(here("./results"), { recursive: true })
  const path = here(`./results/${result.date}.json`)
  // Sections may be measured one at a time: those of the same day stay.
  if (existsSync(path)) result.sections = { ...JSON.parse(readFileSync(path, "utf8")).sections, ...result.sections }
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`)
  writeBetweenMarks(here("../BENCHMARKS.md"), { ...tables, musts: renderMusts(result) })
  say(`written: ${path} and BENCHMARKS.md`)
}

function versionOf(program) {
  return which(program) === undefined ? null : execFileSync(program, ["--version"], { encoding: "utf8" }).split("\n")[0]
}

function sillage(size, root, ...options) {
  return {
    name: "sillage",
    command: [
      process.execPath,
      cli,
      "hunt",
      "--bulletin",
      join(folder, setName(size)),
      "--json",
      "--no-record",
      "--no-index",
      ...options,
      root,
    ],
    places: placesOfSillage,
  }
}

/** `rg` and `grep` print `path:line:text`. */
function placesOfGrep(output, root) {
  const places = new Set()
  for (const line of output.toString("latin1").split("\n")) {
    const match = /^(.*?):(\d+):/.exec(line)
    if (match !== null) places.add(`${match[1].slice(root.length + 1)}:${match[2]}`)
  }
  return places
}

function placesOfSillage(output, root) {
  const places = new Set()
  for (const line of output.toString("utf8").split("\n")) {
    if (!line.startsWith("{")) continue
    const object = JSON.parse(line)
    if (object.type !== "hit" || object.echo !== null) continue
    for (const { path, line: number } of [object.source, ...object.also]) places.add(`${path.slice(root.length + 1)}:${number}`)
  }
  return places
}

function rivals(size, root, zipped) {
  const patterns = join(folder, setName(size))
  const list = []
  if (values.against !== undefined) {
    const command = searching(size, root, "--workers", "1").command.map((part) => (part === cli ? values.against : part))
    list.push({ name: "sillage, other build", command, places: placesOfSillage })
  }
  if (which("rg") !== undefined) {
    const memoryGiB = size >= 1_000_000 ? 11 : 1
    const common = ["-j1", "--no-config", "--no-ignore", "--no-messages", "--no-heading", "-H", "-n", "-F", "-f", patterns, root]
    list.push({
      name: zipped ? "rg -z -j1 -F -f" : "rg -j1 -a -F -f",
      command: ["rg", zipped ? "-z" : "-a", ...common],
      places: placesOfGrep,
      memoryGiB,
    })
  }
  if (which("grep") !== undefined && !zipped) {
    list.push({
      name: "grep -a -n -F -f",
      command: ["grep", "-r", "-a", "-H", "-n", "-F", "-f", patterns, root],
      env: { LC_ALL: "C" },
      places: placesOfGrep,
      memoryGiB: size >= 1_000_000 ? 2 : 1,
    })
  }
  return list
}

/** Rounds A B C, A B C …, the first of them thrown away; ratios within a round, and then their median. */
async function contest(contestants, { root, size, suffix = "" }) {
  const expected = new Set(truth.plants.filter(({ number }) => number < size).map(({ path, line }) => `${path}${suffix}:${line}`))
  const running = contestants.filter(({ name, memoryGiB = 1 }) => {
    const fits = freemem() > memoryGiB * 2 ** 30
    if (!fits) say(`  ${name} left out at ${size}: it needs about ${memoryGiB} GiB of free memory`)
    return fits
  })
  const rounds = []
  for (let round = 0; round <= settings.rounds; round++) {
    const row = []
    for (const [at, contestant] of running.entries()) {
      // A rival that was ended, or took minutes, is not asked again: its first figure stands, and says so.
      const before = rounds.at(-1)?.[at]
      if (before !== undefined && at > 0 && (before.code === null || before.wall > 30)) {
        row.push({ ...before, repeated: true })
        continue
      }
      row.push(
        summarize(await measure(contestant.command, { env: contestant.env, timeoutMs: settings.rivalMs }), contestant, expected, root),
      )
    }
    rounds.push(row)
    say(
      `  ${size}, round ${round}: ${row.map(({ name, cpu, wall }) => `${name} ${cpu === null ? "ended" : cpu.toFixed(2)} s cpu, ${wall.toFixed(2)} s`).join("; ")}`,
    )
  }
  const counted = rounds.length > 1 ? rounds.slice(1) : rounds
  return running.map(({ name }, at) => {
    const own = counted.map((row) => row[at])
    const ratio = (field) =>
      at === 0 ? 1 : median(counted.map((row) => (row[at][field] === null ? null : row[at][field] / row[0][field])))
    const last = own.at(-1)
    return {
      size,
      name,
      cpu: median(own.map(({ cpu }) => cpu)),
      wall: median(own.map(({ wall }) => wall)),
      memory: median(own.map(({ memory }) => memory)),
      cpuRatio: ratio("cpu"),
      wallRatio: ratio("wall"),
      found: last.found,
      missed: last.missed,
      false: last.false,
      expected: expected.size,
      ended: last.code === null,
      single: own.some(({ repeated }) => repeated === true),
    }
  })
}

function summarize({ code, output, errors, ...figures }, { name, places }, expected, root) {
  if (code === null) return { name, code, ...figures, found: null, missed: null, false: null }
  if (code > 1 && name === "sillage" && code !== 3) throw new Error(`${name} ended with ${code}: ${errors.slice(0, 2000)}`)
  const seen = places(output, root)
  const found = [...expected].filter((place) => seen.has(place)).length
  return { name, code, ...figures, found, missed: expected.size - found, false: seen.size - found }
}

async function comparePlain() {
  const root = join(folder, "plain")
  const rows = []
  for (const size of settings.sizes) {
    const whole = { ...sillage(size, root, "--workers", "1"), name: "sillage, and what accounts did" }
    const own = [searching(size, root, "--workers", "1"), ...(size === settings.sizes[0] ? [whole] : [])]
    rows.push(...(await contest([...own, ...rivals(size, root, false)], { root, size })))
  }
  return { rows }
}

/** The job of the rivals: the search alone, without what accounts that logged in from listed addresses did elsewhere. */
function searching(size, root, ...options) {
  return sillage(size, root, "--no-follow", ...options)
}

/** Whether records cost anything where nothing is found in them: the same text, once with heads by which no format is recognised. */
async function compareFormats() {
  const root = join(folder, "plain")
  const unknown = `${folder}-unknown`
  rmSync(unknown, { recursive: true, force: true })
  cpSync(root, unknown, { recursive: true })
  const prose = "Notes of nobody in particular, about nothing at all.\n".repeat(40)
  for (const entry of readdirSync(unknown, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    writeFileSync(path, Buffer.concat([Buffer.from(prose), readFileSync(path)]))
  }
  // Of an indicator that stands nowhere.
  const absent = (at) => {
    const command = [
      process.execPath,
      cli,
      "hunt",
      "--indicator",
      "192.0.2.254",
      "--json",
      "--no-record",
      "--no-index",
      "--no-decoys",
      "--workers",
      "1",
      at,
    ]
    return { command, places: () => new Set() }
  }
  const rows = await contest(
    [
      { ...absent(root), name: "sillage" },
      { ...absent(unknown), name: "sillage, no format recognised" },
    ],
    { root, size: 1 },
  )
  rmSync(unknown, { recursive: true, force: true })
  return { rows: rows.map((row) => ({ ...row, found: null, expected: null, missed: null, false: null })) }
}

async function compareGz() {
  const root = join(folder, "gz")
  const rows = []
  for (const size of settings.sizes.slice(0, 2)) {
    rows.push(...(await contest([searching(size, root, "--workers", "1"), ...rivals(size, root, true)], { root, size, suffix: ".gz" })))
  }
  return { rows }
}

/** Two workers against one: wall time, so the machine should be idle. */
async function compareWorkers() {
  if (machine().cores < 2) return { reason: "one core only" }
  const root = join(folder, "plain")
  const [size] = settings.sizes
  const two = { ...searching(size, root, "--workers", "2"), name: "sillage, 2 workers" }
  const one = { ...searching(size, root, "--workers", "1"), name: "sillage, 1 worker" }
  return { rows: await contest([two, one], { root, size }) }
}

/** The scan alone, each pass of it: the smallest set against the largest. */
function measureKernel() {
  const lists = [settings.sizes[0], settings.sizes.at(-1)].map((size) => join(folder, setName(size)))
  return { rows: measurePasses(lists, textsBelow([join(folder, "plain")], 1 << 20), kernelRounds) }
}

async function measureIntake() {
  const rows = []
  const empty = join(folder, "empty.log")
  writeFileSync(empty, "nothing\n")
  for (const size of settings.sizes) {
    const runs = []
    for (let round = 0; round <= settings.rounds; round++) {
      runs.push(
        await measure(
          [process.execPath, cli, "hunt", "--bulletin", join(folder, setName(size)), "--json", "--no-record", "--no-index", empty],
          { collect: false },
        ),
      )
    }
    const counted = runs.length > 1 ? runs.slice(1) : runs
    rows.push({
      size,
      cpu: median(counted.map(({ cpu }) => cpu)),
      wall: median(counted.map(({ wall }) => wall)),
      memory: median(counted.map(({ memory }) => memory)),
    })
  }
  return { rows }
}

/** A first hunt that builds the index, then the same hunt again: what the index spares. */
function compareIndex() {
  if (!hasCommand("index")) return { reason: "this version has no `sillage index`" }
  const sizes = (values["index-sizes"] ?? (values.quick ? "0.05,0.15" : "2,10")).split(",").map(Number)
  return measureIndex({
    cli,
    corpus: folder,
    folder: `${folder}-index`,
    sizes,
    rounds: settings.rounds,
    sets: settings.sizes.slice(0, 2),
    say,
  })
}

function hasCommand(name) {
  return new RegExp(`^\\s+(?:sillage )?${name}\\b`, "m").test(commands)
}
