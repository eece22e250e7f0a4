// One worker thread of the pivot: parses the units it is handed and sends their records on as rows, never more than a few batches ahead.
import { parentPort, workerData } from "node:worker_threads"
import type { ProfileRows } from "../hits/relays/rows.js"
import type { WorkUnit } from "../model/work-unit.js"
import { createProfileScan, type ProfiledUnit, type ProfileSetup } from "./profile-unit.js"

export type FromProfileWorker =
  | { readonly kind: "rows"; readonly rows: ProfileRows }
  | { readonly kind: "passed"; readonly bytes: number }
  | { readonly kind: "done"; readonly result: ProfiledUnit }
export type ToProfileWorker = { readonly kind: "unit"; readonly unit: WorkUnit } | { readonly kind: "taken" }

const aheadMax = 4
const toldEach = 1 << 20

const port = parentPort
if (!port) throw new Error("this file runs as a worker only")
const scan = createProfileScan(workerData as ProfileSetup)
let ahead = 0
let resume: (() => void) | undefined

port.on("message", async (message: ToProfileWorker) => {
  if (message.kind === "taken") {
    ahead--
    resume?.()
    return
  }
  const emit = async (rows: ProfileRows): Promise<void> => {
    ahead++
    port.postMessage({ kind: "rows", rows } satisfies FromProfileWorker, [rows.numbers.buffer, rows.times.buffer] as ArrayBuffer[])
    while (ahead >= aheadMax) await new Promise<void>((go) => (resume = go))
  }
  let told = 0
  const passed = (bytes: number): void => {
    if (bytes - told < toldEach) return
    told = bytes
    port.postMessage({ kind: "passed", bytes } satisfies FromProfileWorker)
  }
  const result = await scan(message.unit, emit, passed)
  port.postMessage({ kind: "done", result } satisfies FromProfileWorker)
})
