// One worker thread: does the jobs it is handed, one after another.
import { parentPort, workerData } from "node:worker_threads"
import { createScan, type Job, type ThreadSetup, type ToPool } from "./scan-setup.js"

const tellEveryMs = 200

const port = parentPort
if (!port) throw new Error("this file runs as a worker only")
const tell = (message: ToPool): void => port.postMessage(message)
let told = performance.now()
const scan = createScan(workerData as ThreadSetup, (passed) => {
  const now = performance.now()
  if (now - told < tellEveryMs) return
  told = now
  tell({ passed })
})
port.on("message", async (job: Job) => tell({ result: await answer(job) }))

function answer(job: Job): unknown {
  if (job.kind === "finish") return scan.finish()
  if (job.kind === "parts") return scan.parts(job.unit, job.request)
  return job.kind === "again" ? scan.again(job.unit) : scan.unit(job.unit)
}
