// One worker thread: does the jobs it is handed, one after another.
import { parentPort, workerData } from "node:worker_threads"
import { createScan, type Job, type ThreadSetup } from "./scan-setup.js"

const port = parentPort
if (!port) throw new Error("this file runs as a worker only")
const scan = createScan(workerData as ThreadSetup)
port.on("message", async (job: Job) => port.postMessage(await answer(job)))

function answer(job: Job): unknown {
  if (job.kind === "finish") return scan.finish()
  if (job.kind === "parts") return scan.parts(job.unit, job.request)
  return job.kind === "again" ? scan.again(job.unit) : scan.unit(job.unit)
}
