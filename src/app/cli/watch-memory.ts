// Keeps the heaps of a watch small. It runs for months beside the services of its machine; the engine would let them grow to hundreds of megabytes
// before it looks for what is no longer needed, for the sake of a speed that a watch does not need.
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { keepYoungHeapSmall } from "./engine.js"

const collectEveryMs = 30_000
/** What lies in the heap of the main thread when nothing is wrong. */
const heapBytesUsual = 16 * 1024 * 1024

export function boundMemory(): { release(): void } {
  const young = keepYoungHeapSmall()
  // For the threads to come; what they need is theirs, and only the first collection is earlier.
  setFlagsFromString("--initial-old-space-size=16")
  setFlagsFromString("--expose-gc")
  const collect = runInNewContext("gc") as () => void
  const timer = setInterval(() => {
    if (process.memoryUsage().heapTotal > heapBytesUsual) collect()
  }, collectEveryMs).unref()
  return {
    release() {
      clearInterval(timer)
      young.release()
    },
  }
}
