// `sillage watch --resend`: what receivers refused for good, and was put aside, is sent to them once more.
import type { StateStore } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"
import { pause } from "../../sources/live/pause.js"
import type { AlertOutput } from "../deliver/alert-output.js"
import { Outbox, type OutboxStatus, putAside } from "../deliver/outbox.js"
import { write } from "./context.js"
import { safe } from "./safe-text.js"

const withinMs = 60_000
const lookMs = 50

/** Exit code 0: all of it was taken; 3: some was not, and waits, or is put aside again. Throws a `UsageError` without a target. */
export async function resend(state: StateStore, outputs: readonly AlertOutput[], problem: (message: string) => void): Promise<number> {
  if (outputs.length === 0) {
    const known = [...putAside(state)].map(([name, count]) => `${count} for ${name}`)
    throw new UsageError(`--resend goes with --alert, the target that is to be asked again; put aside are ${known.join(", ") || "none"}`)
  }
  const outbox = new Outbox(state, outputs, { problem })
  const count = outbox.resend()
  for (const end = performance.now() + withinMs; outbox.status().some(isAtWork) && performance.now() < end; ) {
    await pause(lookMs)
  }
  const status = outbox.status()
  await outbox.close(0)
  const left = status.flatMap(({ name, waiting, refused, error }) =>
    waiting + refused > 0 ? [`${waiting + refused} not taken by ${name}${error === null ? "" : ` (${safe(error, 300)})`}`] : [],
  )
  await write(`${count} alerts were put aside and sent again${left.length > 0 ? `; ${left.join(", ")}` : ""}.\n`)
  return left.length === 0 ? 0 : 3
}

/** A receiver that failed is not waited for: what it did not take goes on waiting for the next watch. */
function isAtWork({ waiting, failures, refused }: OutboxStatus): boolean {
  return waiting > 0 && (failures === 0 || refused > 0)
}
