// A thread of the watch: loads its indicators, then searches what it is handed, one job after another.
import { parentPort, workerData } from "node:worker_threads"
import type { WatchJob, WatchThreadSetup } from "./watch-job.js"
import { openWatchSearch } from "./watch-search.js"

const port = parentPort
if (!port) throw new Error("this file runs as a worker only")
const { loaded, search } = await openWatchSearch(workerData as WatchThreadSetup)
port.on("message", async (job: WatchJob) => port.postMessage(await search(job)))
port.postMessage(loaded)
