// One worker thread: searches the units it is handed, one after another.
import { parentPort, workerData } from "node:worker_threads"
import type { WorkUnit } from "../model/work-unit.js"
import { createScan, type ThreadSetup } from "./scan-setup.js"

const port = parentPort
if (!port) throw new Error("this file runs as a worker only")
const scan = createScan(workerData as ThreadSetup)
port.on("message", async (unit: WorkUnit) => port.postMessage(await scan(unit)))
