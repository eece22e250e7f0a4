// What an index costs and what it saves: size, build on top of a hunt, second hunts against cold ones, and `sillage seen`. Two archives of gzip files,
// each with an index of its own; the larger one is made of as many slices as it takes, which are the first one with other addresses. Called by
// `npm run bench`.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { plainLayout } from "../demo/layout.mjs"
import { dayMs } from "../demo/lib/clock.mjs"
import { seededRandom } from "../demo/lib/random.mjs"
import { writeLogs } from "../demo/make-archive.mjs"
import { indicatorAt, nearMissOf, plantOf, setName } from "./corpus.mjs"
import { measure, median } from "./measure.mjs"

/** Raised with every change of the archives. */
const version = 2
/** Of the set's indicators so many occur at all. */
const presentIndicators = 6
const plantsPerGb = 1
const nearMissesPerGb = 5
/** Second hunts before and behind a cold one. */
const secondEach = 4

export async function measureIndex({ cli, corpus, folder, sizes, rounds, sets, say }) {
  const [small, large] = sizes
  const archives = await makeSlices(folder, small, large, say)
  const rows = []
  const add = (what, must, goal, measured, how = "") => rows.push({ what, must, goal, measured, how })
  const hunt = (set, root, ...options) => [
    process.execPath,
    cli,
    "hunt",
    "--bulletin",
    join(corpus, setName(set)),
    "--json",
    "--quiet",
    ...options,
    root,
  ]
  const [smallIndex, largeIndex] = ["small", "large"].map((name) => join(folder, `workspace-${name}`))
  const indexed = [
    [archives.small, smallIndex],
    [archives.large, largeIndex],
  ]

  for (const kind of ["gz", "plain"]) {
    const buildRounds = rounds * 2
    const ratio = await buildCost({
      root: join(corpus, kind),
      workspace: join(folder, `build-${kind}`),
      hunt: (...more) => hunt(sets[0], join(corpus, kind), "--workers", "1", ...more),
      rounds: buildRounds,
      say,
    })
    add(
      `index build on top of a ${kind === "gz" ? "gz" : "plain"} hunt, CPU`,
      kind === "gz" ? "≤ +30 %" : "≤ +100 %",
      kind === "gz" ? "+15 %" : "+50 %",
      percent(ratio - 1),
      `median of ${buildRounds} rounds, each between two without, one thread`,
    )
  }

  for (const [root, workspace] of indexed) {
    rmSync(workspace, { recursive: true, force: true })
    await run([process.execPath, cli, "index", "build", "--quiet", "--workspace", workspace, root])
  }
  const status = JSON.parse(
    (await run([process.execPath, cli, "index", "status", "--json", "--workspace", largeIndex])).output.toString("utf8"),
  )
  add(
    "index per GB of text",
    "≤ 25 MB",
    "≤ 10 MB",
    `${((status.bytes / status.rawBytes) * 1000).toFixed(1)} MB`,
    `${(status.rawBytes / 1e9).toFixed(1)} GB of text, ${status.files} files, ${status.keys.toLocaleString("en")} keys in all runs`,
  )

  for (const [index, set] of sets.entries()) {
    // By turns, and each cold hunt between second ones: the machine is not equally fast all the time, and a second hunt sees only a moment of it.
    const turns = []
    let same = true
    for (let round = 0; round <= rounds; round++) {
      const second = [[], []]
      const often = async () => {
        for (let time = 0; time < secondEach; time++)
          for (const [at, [root, workspace]] of indexed.entries())
            second[at].push(await run(hunt(set, root, "--index", "--workspace", workspace)))
      }
      await often()
      if (round === 0) continue
      const cold = [await run(hunt(set, archives.small, "--no-index")), await run(hunt(set, archives.large, "--no-index"))]
      await often()
      same &&= [0, 1].every((at) => answer(cold[at].output) === answer(second[at].at(-1).output))
      turns.push({
        cold: cold.map(({ wall }) => wall),
        second: second.map((list) => median(list.map(({ wall }) => wall))),
        cpu: second.map((list) => median(list.map(({ cpu }) => cpu))),
      })
    }
    const middle = (of) => [0, 1].map((at) => median(turns.map((turn) => turn[of][at])))
    const further = ([first, last]) => (last - first) / (sizes[1] - sizes[0])
    const slope = median(turns.map(({ cold, second }) => further(cold) / Math.max(further(second), 0.0005)))
    const seconds = (of, digits) =>
      `${middle(of)
        .map((one) => one.toFixed(digits))
        .join(" and ")} s`
    const how = `${set.toLocaleString("en")} indicators, ${presentIndicators} of them in ${Math.round(large * plantsPerGb)} records; cold ${seconds("cold", 1)}, second ${seconds("second", 3)} (CPU ${seconds("cpu", 3)}); median of ${rounds} rounds; answers ${same ? "the same" : "DIFFER"}`
    add(
      `second hunt, wall per further GB, ${set.toLocaleString("en")} indicators`,
      index === 0 ? "100x less" : "50x",
      index === 0 ? "500x" : "200x",
      `${slope.toFixed(0)}x less`,
      how,
    )
    if (index === 0)
      add(
        `second hunt, whole process at ${large} GB`,
        "40x",
        "150x",
        `${median(turns.map(({ cold, second }) => cold[1] / second[1])).toFixed(0)}x less`,
        "",
      )
    if (!same) throw new Error(`the second hunt of ${set} indicators answers otherwise than the first`)
  }

  const seen = []
  for (let round = 0; round <= rounds; round++)
    seen.push(
      (await run([process.execPath, cli, "seen", "--json", "--workspace", largeIndex, indicatorAt(archives.seen).value], [0, 1])).wall,
    )
  add(
    `sillage seen over ${large} GB, process start included`,
    "≤ 1 s",
    "≤ 0.3 s",
    `${median(seen.slice(1)).toFixed(2)} s`,
    "an address that stands in one record",
  )
  return { rows }
}

/** The same hunt with an index built in the same pass, between two without: the ratio of its CPU time to theirs. */
async function buildCost({ workspace, hunt, rounds, say }) {
  const ratios = []
  for (let round = 0; round <= rounds; round++) {
    rmSync(workspace, { recursive: true, force: true })
    const before = await run(hunt("--no-index"))
    const building = await run(hunt("--index", "--workspace", workspace))
    const after = await run(hunt("--no-index"))
    const plain = (before.cpu + after.cpu) / 2
    if (round > 0 || rounds === 0) ratios.push(building.cpu / plain)
    say(`  hunt ${plain.toFixed(2)} s cpu, building an index ${building.cpu.toFixed(2)} s`)
  }
  rmSync(workspace, { recursive: true, force: true })
  return median(ratios)
}

async function run(command, codes = [0, 1, 3]) {
  const result = await measure(command)
  if (!codes.includes(result.code))
    throw new Error(`${command.slice(1, 4).join(" ")} ended with ${result.code}: ${result.errors.slice(0, 2000)}`)
  return result
}

/** What a hunt answered, but for how much it read. */
function answer(output) {
  const digest = createHash("sha256")
  for (const line of output.toString("utf8").split("\n").filter(Boolean)) {
    const { bytes: _, ...rest } = JSON.parse(line)
    digest.update(JSON.stringify(rest))
  }
  return digest.digest("hex")
}

const percent = (share) => `${share < 0 ? "" : "+"}${(share * 100).toFixed(0)} %`

/** `{small, large, seen}`: two folders, of which the large one holds the small one's slice too; and the number of an indicator that occurs. */
async function makeSlices(folder, small, large, say) {
  const slices = Math.round(large / small)
  const identity = JSON.stringify({ version, small, slices })
  const truth = join(folder, "slices.json")
  const root = join(folder, "archive")
  const result = { small: join(root, "slice-0"), large: root }
  if (existsSync(truth)) {
    const known = JSON.parse(readFileSync(truth, "utf8"))
    if (known.identity === identity) return { ...result, seen: known.seen }
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  say(`  slice 1 of ${slices} …`)
  const events = eventsOf(small)
  const seen = events.find(({ kind }) => kind === "ipv4")?.number
  await writeLogs({
    folder: result.small,
    files: plainLayout(small * 1000).map((file) => ({ ...file, path: `${file.path}.gz`, container: "gz" })),
    events,
    seed: "index",
    listed: [],
  })
  await deriveSlices(root, slices, say)
  writeFileSync(truth, JSON.stringify({ identity, seen }))
  return { ...result, seen }
}

/** The files of the first slice, again and again, with other addresses; those of the indicators stay. */
async function deriveSlices(root, slices, say) {
  const first = join(root, "slice-0")
  const files = readdirSync(first, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".gz"))
  const jobs = Array.from({ length: slices - 1 }, (_, at) => at + 1).flatMap((slice) =>
    files.sort().map((name) => ({ from: join(first, name), to: join(root, `slice-${slice}`, name), shift: slice })),
  )
  const kept = presentNumbers().map((number) =>
    indicatorAt(number)
      .value.split(".")
      .reduce((sum, part) => sum * 256 + Number(part), 0),
  )
  say(`  ${slices - 1} slices like it, of other addresses …`)
  const work = async () => {
    const worker = new Worker(new URL("./derive-slice.mjs", import.meta.url), { workerData: { kept } })
    try {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        await new Promise((resolve, reject) => {
          worker.removeAllListeners()
          worker.once("message", resolve)
          worker.once("error", reject)
          worker.postMessage(job)
        })
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work))
}

const presentNumbers = () => [...Array(161).keys()].filter((number) => indicatorAt(number).kind === "ipv4").slice(0, presentIndicators)

/** A few of the indicators, always the same ones, in a few records; and near misses. */
function eventsOf(gb) {
  const random = seededRandom("index/plants")
  const present = presentNumbers()
  const instant = () => Date.UTC(2020, 11, 2) + random.int(268) * dayMs + random.int(dayMs)
  const plants = Array.from({ length: Math.max(1, Math.round(gb * plantsPerGb)) }, () => {
    const number = random.pick(present)
    return { number, kind: indicatorAt(number).kind, ...plantOf(indicatorAt(number), instant(), random) }
  })
  const misses = Array.from({ length: Math.round(gb * nearMissesPerGb) }, () => ({
    number: -1,
    ...nearMissOf(indicatorAt(random.int(161)), instant(), random),
  }))
  return [...plants, ...misses].map((event, id) => ({ id, ...event }))
}
