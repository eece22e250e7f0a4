// npm run simulate: plants relay operators in a background log, lets the pivot look for them, and writes what it found to docs/simulation.md.
// Options: --quick (3 trials of the main rows, nothing written), --trials N (20), --only TEXT (rows whose name holds it), --workers N (the
// cores), --dist FOLDER, --no-write, --seed TEXT, --date DAY.
import { existsSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { Worker } from "node:worker_threads"
import { summary } from "./measure.mjs"
import { background } from "./scenarios/background.mjs"
import { chance } from "./scenarios/chance.mjs"
import { rows } from "./scenarios/grid.mjs"

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    trials: { type: "string", default: "" },
    only: { type: "string", default: "" },
    workers: { type: "string", default: String(availableParallelism()) },
    dist: { type: "string", default: fileURLToPath(new URL("../dist", import.meta.url)) },
    "no-write": { type: "boolean", default: false },
    seed: { type: "string", default: "sillage-1" },
    date: { type: "string", default: "" },
  },
})
if (!existsSync(`${options.dist}/hits/relays/pivot.js`)) {
  console.error("dist/ holds no pivot: run `npm run build` first")
  process.exit(2)
}
const { name } = background()
const trials = Number(options.trials || (options.quick ? 3 : 20))
const chosen = rows.filter((one) => one.name.includes(options.only) && (!options.quick || one.quick))
const random = chance("bootstrap")
const started = performance.now()
const results = await allTrials()
for (const { row, found } of results) console.log(brief(row, found))
console.log(`${Math.round((performance.now() - started) / 1000)} s`)
if (!options["no-write"] && !options.quick && options.only === "") {
  const file = fileURLToPath(new URL("../docs/simulation.md", import.meta.url))
  writeFileSync(file, document())
  console.log("docs/simulation.md written")
}

/** Trials are handed out one by one; the results stand in the order of the grid whatever thread was first. */
async function allTrials() {
  const jobs = chosen.flatMap((row) => Array.from({ length: trials }, (_, trial) => ({ row: row.name, trial })))
  const total = jobs.length
  const found = new Map(chosen.map((row) => [row.name, new Array(trials)]))
  const width = Math.min(Number(options.workers), total)
  let done = 0
  await Promise.all(
    Array.from(
      { length: width },
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(new URL("./trial-worker.mjs", import.meta.url), {
            workerData: { dist: options.dist, seed: options.seed },
          })
          const next = () => {
            const job = jobs.shift()
            if (job) worker.postMessage(job)
            else void worker.terminate().then(resolve)
          }
          worker.on("message", (result) => {
            found.get(result.row)[result.trial] = result.found
            if (++done % 20 === 0) console.error(`${done} of ${total} trials, ${Math.round((performance.now() - started) / 1000)} s`)
            next()
          })
          worker.on("error", reject)
          next()
        }),
    ),
  )
  return chosen.map((row) => ({ row, found: found.get(row.name) }))
}

function brief(row, found) {
  const of = (key) => cell(found.map((one) => one[key]))
  const pooled = pool(found)
  return `${row.name.padEnd(34)} P@10 ${of("p10")}  AP ${of("ap")}  abstains ${share(found, "abstained")}  leads ${mean(found, "leads")} strong ${mean(found, "strong")} q ${pooled.q} fdr ${pooled.fdr} strongfdr ${pooled.strongFdr} self ${mean(found, "refound")}/${mean(found, "byChance")} fid ${mean(found, "fidelity")} ttd ${mean(found, "detect")} ${mean(found, "seconds")} s`
}

/** Over all leads of all trials: the q stated for each list, weighted by its length, against the share that was wrong. */
function pool(found) {
  const total = (key) => found.reduce((sum, one) => sum + (one[key] ?? 0), 0)
  const weighted = (q, count) => found.reduce((sum, one) => sum + (one[q] ?? 0) * one[count], 0)
  const leads = total("leads")
  const strong = total("strong")
  return {
    q: leads ? (weighted("statedQ", "leads") / leads).toFixed(3) : "–",
    fdr: leads ? (1 - total("leadsTrue") / leads).toFixed(3) : "–",
    strongQ: strong ? (weighted("strongQ", "strong") / strong).toFixed(3) : "–",
    strongFdr: strong ? (1 - total("strongTrue") / strong).toFixed(3) : "–",
  }
}

function cell(values) {
  const found = summary(values, random)
  return found ? `${found.mean.toFixed(2)} (${found.low.toFixed(2)}–${found.high.toFixed(2)})` : "–"
}

function mean(found, key) {
  const values = found.map((one) => one[key]).filter((value) => value !== undefined)
  return values.length === 0 ? "–" : (values.reduce((sum, one) => sum + one, 0) / values.length).toFixed(2)
}

function share(found, key) {
  return `${Math.round((100 * found.reduce((sum, one) => sum + one[key], 0)) / found.length)} %`
}

function document() {
  const date = options.date || new Date().toISOString().slice(0, 10)
  const table = (heads, body) =>
    [`| ${heads.join(" | ")} |`, `|${heads.map(() => "---").join("|")}|`, ...body.map((cells) => `| ${cells.join(" | ")} |`)].join("\n")
  const main = results.map(({ row, found }) => {
    const pooled = pool(found)
    const operator = row.scenario.control === "operator"
    const of = (key) => (operator ? cell(found.map((one) => one[key])) : "–")
    return [
      row.name,
      of("p10"),
      of("p20"),
      of("r30"),
      of("ap"),
      share(found, "abstained"),
      mean(found, "leads"),
      pooled.q,
      pooled.fdr,
      `${pooled.strongQ} / ${pooled.strongFdr}`,
      `${mean(found, "refound")} / ${mean(found, "byChance")}`,
      mean(found, "fidelity"),
    ]
  })
  const base = results.filter(({ row }) => row.baselines)
  const methods = Object.keys(base[0]?.found[0]?.base ?? {})
  const baseRows = [
    ...methods.map((method) => [
      method,
      ...base.flatMap(({ found }) =>
        ["p10", "ap"].map((key) =>
          mean(
            found.map((one) => ({ [key]: one.base[method][key] })),
            key,
          ),
        ),
      ),
    ]),
    ["**bits with caps**", ...base.flatMap(({ found }) => ["p10", "ap"].map((key) => `**${mean(found, key)}**`))],
  ]
  const detect = base.map(({ row, found }) => [row.name, median(found.map((one) => one.detect))])
  return `# How well the pivot finds relays: a simulation

Made by \`npm run simulate\` on ${date}, seed \`${options.seed}\`, ${trials} trials a row, background: ${name}.
Intervals are 95 % bootstrap intervals over the trials. The scenarios (\`simulate/scenarios/\`) and the detector (\`src/hits/relays/\`) share no code and no parameter.
Both were written by the same project, on one small web log of a single site: read the figures as an order of magnitude, and as a guard against getting worse.

An operator has 40 relays with 1 to 4 requests each, hidden among some 1,750 real visitors and 138 planted decoys (60 scanners on the same paths, roaming phones, a NAT,
crawlers, monitors, scrapers behind residential proxies). L1: one rare user agent; L2: one common user agent; L3: random user agents, shared targets; L4: nothing shared.
"Listed" is the share of relays that the bulletin names; "wrong" the share of its addresses that are innocent visitors.

${table(["scenario", "P@10", "P@20", "recall@30", "AP", "abstains", "leads", "q stated", "FDR observed", "strong: q / FDR", "self-test / chance", "fidelity"], main)}

P@10, P@20, recall and AP judge the whole ranking, even where the pivot abstains; leads, q and FDR what a user is shown. "q stated" is the q of the last lead shown, weighted over trials.
Fidelity: share of leads whose bits add up and whose counterfactual lies where the lines say.

## Against simple rankings

${table(["method", ...base.flatMap(({ row }) => [`${row.name} P@10`, "AP"])], baseRows)}

## Time to detect

Episodes of hidden relays between the third seed's first record and the first hidden relay among the leads (median of up to five trials; half an hour of log after each):

${table(["scenario", "episodes"], detect)}
`
}

function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  return sorted.length === 0 ? "–" : String(sorted[Math.floor(sorted.length / 2)])
}
