// Alerts as NDJSON: appended to a file of our own, or written to stdout.
import { open } from "node:fs/promises"
import { write } from "../cli/context.js"
import type { AlertOutput } from "./alert-output.js"

const batchMax = 500
const lineFeed = 0x0a

/** Opened for each batch, so that it may be rotated; synced before the outbox forgets. A line that a crash or a full disk cut is ended. */
export function fileOutput(path: string): AlertOutput {
  return {
    name: `file ${path}`,
    echoes: true,
    batchMax,
    intervalMs: 0,
    async deliver(batch) {
      const file = await open(path, "a+", 0o600)
      try {
        const { size } = await file.stat()
        const last = Buffer.alloc(1)
        if (size > 0) await file.read(last, 0, 1, size - 1)
        const cut = size > 0 && last[0] !== lineFeed
        await file.appendFile(`${cut ? "\n" : ""}${batch.map((one) => `${JSON.stringify(one)}\n`).join("")}`)
        await file.datasync()
      } finally {
        await file.close()
      }
    },
    close: async () => {},
  }
}

export function stdoutOutput(): AlertOutput {
  return {
    name: "stdout",
    echoes: true,
    batchMax,
    intervalMs: 0,
    deliver: (batch) => write(batch.map((one) => `${JSON.stringify(one)}\n`).join("")),
    close: async () => {},
  }
}
