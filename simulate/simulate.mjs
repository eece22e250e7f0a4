// npm run simulate: plants relay operators in a background log, lets the pivot look for them, and writes what it found to docs/simulation.md.
// Options: --quick (3 trials of the main rows, nothing written), --trials N (20; more where `times` of the grid says so),
// --only TEXT (rows whose name holds it), --workers N (the cores), --dist FOLDER, --no-write, --seed TEXT, --date DAY.
import { existsSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { Worker } from "node:worker_threads"
import { rateInterval, summary } from "./measure.mjs"
import { background } from "./scenarios/background.mjs"
import { chance } from "./scenarios/chance.mjs"
import { rows } from "./scenarios/grid.mjs"
import { cuts } from "./trial.mjs"

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
const tolerance = 0.05
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

function trialsOf(row) {
  return trials * (row.times ?? 1)
}

/** Trials are handed out one by one; the results stand in the order of the grid whatever thread was first. */
async function allTrials() {
  const jobs = chosen.flatMap((row) => Array.from({ length: trialsOf(row) }, (_, trial) => ({ row: row.name, trial })))
  const total = jobs.length
  const found = new Map(chosen.map((row) => [row.name, new Array(trialsOf(row))]))
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
  return `${row.name.padEnd(34)} P@10 ${of("p10")}  AP ${of("ap")}  abstains ${share(found, "abstained")}  leads ${mean(found, "leads")} strong ${mean(found, "strong")} q/fdr ${discovery(found)[0]} pooled ${pool(found, cuts.length - 1).text} shown P@10 ${mean(found, "shown10")} self ${mean(found, "refound")}/${mean(found, "byChance")} fid ${mean(found, "fidelity")} ttd ${mean(found, "detect")} ${mean(found, "seconds")} s`
}

/**
 * Over the lists of all trials, cut at one q: the q stated for each list (that of its last lead), weighted by its length, against the share
 * that was wrong with its interval, and whether they agree within .05.
 */
function pool(found, cut) {
  const lists = found.map((one) => one.cuts[cut]).filter((one) => one.count > 0)
  const count = lists.reduce((sum, one) => sum + one.count, 0)
  if (count === 0) return { text: "–", verdict: "–" }
  const q = lists.reduce((sum, one) => sum + one.q * one.count, 0) / count
  const rate = rateInterval(lists, random)
  return { text: `${compared(q, rate)} of ${count}`, verdict: verdictOn(q, rate) }
}

function compared(q, { mean, low, high }) {
  return `${q.toFixed(3)} / ${mean.toFixed(3)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

function verdictOn(q, { mean, low, high }) {
  if (Math.abs(q - mean) <= tolerance) return "yes"
  if (q >= low - tolerance && q <= high + tolerance) return "open"
  return q > high ? "cautious" : "hopeful"
}

/**
 * The false discovery rate as Benjamini and Hochberg (1995) define it: the mean over all trials of the share of a list that is wrong, which is 0
 * where there is no list; against the same mean of the q stated.
 */
function discovery(found) {
  const stated = found.reduce((sum, one) => sum + (one.statedQ ?? 0), 0) / found.length
  const seen = summary(
    found.map((one) => (one.leads ? (one.leads - one.leadsTrue) / one.leads : 0)),
    random,
  )
  return [compared(stated, seen), verdictOn(stated, seen)]
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
  const main = results.map(({ row, found }) => {
    const operator = row.scenario.control === "operator"
    const of = (key) => (operator ? cell(found.map((one) => one[key])) : "–")
    return [
      row.name,
      of("p10"),
      of("p20"),
      of("r30"),
      of("ap"),
      share(found, "abstained"),
      mean(found, "shown10"),
      mean(found, "leads"),
      strongShare(found),
      `${mean(found, "refound")} / ${mean(found, "byChance")}`,
      mean(found, "fidelity"),
    ]
  })
  const calibration = results
    .filter(({ found }) => found.some((one) => one.leads > 0))
    .map(({ row, found }) => [
      row.name,
      ...discovery(found),
      ...cuts.flatMap((_, cut) => {
        const { text, verdict } = pool(found, cut)
        return [text, verdict]
      }),
    ])
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

Made by \`npm run simulate\` on ${date}, seed \`${options.seed}\`, ${trials} trials a row${more()}, background: ${name}.
Intervals are 95 % bootstrap intervals over the trials. The scenarios (\`simulate/scenarios/\`) and the detector (\`src/hits/relays/\`) share no code and no parameter.
Both were written by the same project, on one small web log of a single site: read the figures as an order of magnitude, and as a guard against getting worse.

An operator has 40 relays with 1 to 4 requests each, hidden among some 1,750 real visitors and 138 planted decoys (60 scanners on the same paths, roaming phones, a NAT,
crawlers, monitors, scrapers behind residential proxies). L1: one rare user agent; L2: one common user agent; L3: random user agents, shared targets; L4: nothing shared.
"Listed" is the share of relays that the bulletin names; "wrong" the share of its addresses that are innocent visitors.

${table(["scenario", "P@10", "P@20", "recall@30", "AP", "abstains", "P@10 shown", "leads", "strong: true / all", "self-test / chance", "fidelity"], main)}

P@10, P@20, recall and AP judge the whole ranking, even where the pivot abstains; the columns after "abstains" judge what a user is shown ("P@10 shown": of the first ten leads, or of all where there are fewer).
Fidelity: share of leads whose bits add up and whose counterfactual lies where the lines say.

## Is q true?

FDR is the false discovery rate of Benjamini and Hochberg: over all trials the mean share of the list that was wrong, 0 where none is shown, against the same mean of q.
The columns behind it judge only what is shown, and count every lead. Each trial's list, cut at a q: the q of its last lead, weighted over the lists, against the share of their leads that were wrong, with a 95 % interval (bootstrap over trials or Wilson, the wider end of each)
and the number of leads. "yes": they differ by .05 at most; "open": they differ more, but the interval is too wide to tell; "cautious" and "hopeful": they differ for certain.

${table(["scenario", "FDR: q / wrong", "agrees", ...cuts.flatMap((cut, at) => [`${at === cuts.length - 1 ? "all leads" : `q ≤ ${cut}`}: q / wrong`, "agrees"])], calibration)}

## Against simple rankings

${table(["method", ...base.flatMap(({ row }) => [`${row.name} P@10`, "AP"])], baseRows)}

## Time to detect

Episodes of hidden relays between the third seed's first record and the first hidden relay among the leads (median of up to five trials; half an hour of log after each):

${table(["scenario", "episodes"], detect)}
`
}

function more() {
  const rows = chosen.filter((row) => row.times)
  return rows.length === 0 ? "" : ` (${rows.map((row) => `${trialsOf(row)} of "${row.name}"`).join(", ")})`
}

function strongShare(found) {
  const [right, all] = ["strongTrue", "strong"].map((key) => found.reduce((sum, one) => sum + one[key], 0))
  return all ? `${right} / ${all}` : "–"
}

/** Columns of one width, so that the page reads as text too. */
function table(heads, body) {
  const all = [heads, ...body]
  const widths = heads.map((_, at) => Math.max(3, ...all.map((cells) => String(cells[at]).length)))
  const line = (cells) => `| ${cells.map((one, at) => String(one).padEnd(widths[at])).join(" | ")} |`
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n")
}

function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  return sorted.length === 0 ? "–" : String(sorted[Math.floor(sorted.length / 2)])
}
