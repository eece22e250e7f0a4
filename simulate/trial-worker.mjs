// One thread of the simulation: runs the trials that it is handed. It alone loads the detector; the scenarios never meet it.
import { pathToFileURL } from "node:url"
import { parentPort, workerData } from "node:worker_threads"
import { background, survey } from "./scenarios/background.mjs"
import { rows } from "./scenarios/grid.mjs"
import { runTrial } from "./trial.mjs"

const load = (name) => import(pathToFileURL(`${workerData.dist}/hits/relays/${name}.js`).href)
const detector = { ...(await load("profile")), ...(await load("pivot")) }
const { lines } = background()
const known = survey(lines)

parentPort.on("message", ({ row: name, trial }) => {
  const row = rows.find((one) => one.name === name)
  const seed = `${workerData.seed} ${name} ${trial}`
  const found = runTrial(detector, lines, known, row.scenario, seed, {
    baselines: row.baselines,
    detect: row.baselines && trial < detectTrials,
  })
  parentPort.postMessage({ row: name, trial, found })
})

/** Looking for the first moment of detection runs the pivot many times: a few trials of a row suffice for a median. */
const detectTrials = 5
