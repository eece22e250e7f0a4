// One trial: plant, look, measure.
import { baselines } from "./baselines.mjs"
import { averagePrecision, precisionAt, recallAt } from "./measure.mjs"
import { recordOf } from "./read-log.mjs"
import { plant } from "./scenarios/operator.mjs"

export function runTrial(detector, lines, known, scenario, seed, options = {}) {
  const planted = plant(lines, known, scenario, seed)
  const records = planted.lines.map((text, at) => recordOf(text, at + 1)).filter(Boolean)
  const truth = new Set(planted.hidden)
  const started = performance.now()
  const profiles = profilesOf(detector, records)
  const { result, ranking: ranked } = detector.pivotAndRank(profiles, { seeds: planted.seeds })
  const seconds = (performance.now() - started) / 1000
  const ranking = ranked.map((one) => one.value)
  const listed = result.candidates
  const strong = listed.filter((one) => one.level === "strong")
  return {
    seconds,
    p10: precisionAt(ranking, truth, 10),
    p20: precisionAt(ranking, truth, 20),
    r30: recallAt(ranking, truth, 30),
    r100: recallAt(ranking, truth, 100),
    ap: averagePrecision(ranking, truth),
    abstained: result.abstained ? 1 : 0,
    p: result.selfTest?.p,
    refound: result.selfTest?.refound,
    byChance: result.selfTest?.expectedByChance,
    leads: listed.length,
    strong: strong.length,
    strongTrue: strong.filter((one) => truth.has(one.value)).length,
    leadsTrue: listed.filter((one) => truth.has(one.value)).length,
    statedQ: listed.length ? listed[listed.length - 1].q : undefined,
    shown10: listed.length ? precisionAt(ranked10(listed), truth, Math.min(10, listed.length)) : undefined,
    cuts: cuts.map((cut) => {
      const within = listed.filter((one) => one.q <= cut)
      const wrong = within.filter((one) => !truth.has(one.value)).length
      return { count: within.length, wrong, q: within.length ? within[within.length - 1].q : 0 }
    }),
    fidelity: fidelity(listed),
    base: options.baselines
      ? Object.fromEntries(
          Object.entries(baselines(records, planted.seeds)).map(([name, order]) => [
            name,
            { p10: precisionAt(order, truth, 10), ap: averagePrecision(order, truth) },
          ]),
        )
      : undefined,
    detect: options.detect && !result.abstained ? timeToDetect(detector, records, planted, result) : undefined,
  }
}

/** Lists are judged as a reader may cut them: all leads up to a q. The last is what the pivot shows. */
export const cuts = [0.05, 0.1, 0.2, 0.25]

function ranked10(leads) {
  return leads.slice(0, 10).map((one) => one.value)
}

export function profilesOf(detector, records) {
  const profiler = detector.createProfiler()
  for (const record of records) profiler.add(record)
  return profiler.finish()
}

const caps = { client: 8, content: 16, continuity: 14, account: 12, time: 6, network: 2, volume: 2, behaviour: 2 }
const carrying = ["client", "content", "continuity", "account"]

/** Recomputed from the printed lines alone: bits add up, and without the top line the score is what the counterfactual says. */
function fidelity(leads) {
  if (leads.length === 0) return undefined
  const hundredths = (lines, key) => lines.reduce((total, one) => total + Math.round(one[key] * 100), 0)
  const right = leads.filter((lead) => {
    const total = (evidence) => {
      const carried = evidence.some((one) => carrying.includes(one.family))
      const families = Object.keys(caps).filter((family) => carried || carrying.includes(family))
      const capped = families.map((family) =>
        Math.min(
          caps[family] * 100,
          hundredths(
            evidence.filter((one) => one.family === family),
            "uncapped",
          ),
        ),
      )
      return capped.reduce((sum, one) => sum + one, 0) + hundredths(lead.counterEvidence, "bits")
    }
    const bits = Math.round(lead.bits * 100)
    return (
      hundredths([...lead.evidence, ...lead.counterEvidence], "bits") === bits &&
      total(lead.evidence) === bits &&
      total(lead.evidence.filter((one) => one !== lead.evidence[0])) === Math.round(lead.counterfactual.bits * 100)
    )
  })
  return right.length / leads.length
}

/** Relay episodes between the third seed's first record and the first cut of the log at which a hidden relay is a lead. */
function timeToDetect(detector, records, planted, result) {
  const firstOf = new Map()
  for (const record of records) if (!firstOf.has(record.source)) firstOf.set(record.source, record.time)
  const seedTimes = planted.seeds
    .map((seed) => firstOf.get(seed))
    .filter((time) => time !== undefined)
    .sort((a, b) => a - b)
  const third = seedTimes[2]
  if (third === undefined) return undefined
  const relayTimes = planted.hidden.map((one) => firstOf.get(one)).sort((a, b) => a - b)
  const after = relayTimes.filter((time) => time > third)
  const truth = new Set(planted.hidden)
  for (const [at, time] of [third, ...after].entries()) {
    if (at > 3 && at % 4 !== 0) continue
    const cut = records.filter((record) => record.time <= time + 1_800_000)
    const early = detector.pivot(profilesOf(detector, cut), { seeds: planted.seeds })
    if (early.candidates.some((lead) => truth.has(lead.value))) return at
  }
  return result.leads === 0 ? undefined : after.length
}
