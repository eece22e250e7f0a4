// The engine's own habits, where they cost a command more than they save.
import { setFlagsFromString } from "node:v8"
import type { Worker } from "node:worker_threads"

/**
 * The room for short-lived objects grows to 32 MB for each thread as soon as a few of them live on. Keeps it as small as it is, in the calling
 * thread; that costs a few percent more collecting.
 */
export function keepYoungHeapSmall(): { release(): void } {
  const keep = (): void => setFlagsFromString("--semi-space-growth-factor=1")
  // Each thread that begins sets the engine's flag back, for all of them.
  const onWorker = (worker: Worker): void => void worker.once("online", keep)
  keep()
  process.on("worker", onWorker)
  return { release: () => process.off("worker", onWorker) }
}

/**
 * What a hunt runs besides the scan it runs for seconds: the engine would compile it to perfection after a few calls, and hardly use that. Later
 * engines than that of Node 20 have a compiler in between, and no such flag.
 */
export function compileLess(): void {
  if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=1000000")
}
