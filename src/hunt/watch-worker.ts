// A thread of the watch: loads its indicators, then searches what it is handed, one job after another.
import { getHeapStatistics } from "node:v8"
import { type MessagePort, parentPort, workerData } from "node:worker_threads"
import type { WatchJob, WatchThreadSetup } from "./watch-job.js"
import { openWatchSearch } from "./watch-search.js"

/** A heap larger than this holds many indicators: looking through it would hold up the search. */
const heapBytesMax = 64 * 1024 * 1024
const collectEveryMs = 10_000

const port = parentPort
if (!port) throw new Error("this file runs as a worker only")
let collected = 0
void begin(port, workerData as WatchThreadSetup)

async function begin(port: MessagePort, setup: WatchThreadSetup): Promise<void> {
  const { loaded, search, rehearse } = await openWatchSearch(setup)
  if (setup.rehearse) await rehearse()
  // What loading left behind is collected before the thread is ready: a million indicators are not looked through while it searches.
  globalThis.gc?.()
  port.on("message", async (job: WatchJob) => {
    port.postMessage(await search(job))
    collectGarbage()
  })
  port.postMessage(loaded)
}

/** Where the process lets it be asked for: what blocks of text leave behind would else stay resident until the engine needs the room. */
function collectGarbage(): void {
  const now = performance.now()
  if (globalThis.gc === undefined || now - collected < collectEveryMs || getHeapStatistics().used_heap_size > heapBytesMax) return
  collected = now
  globalThis.gc()
}
