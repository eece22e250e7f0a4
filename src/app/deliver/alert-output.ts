// Where alerts go: what an output is to the outbox that feeds it.
import type { Alert, EchoCount } from "../../hits/alerts/alert.js"

export type Told = Alert | EchoCount

export interface AlertOutput {
  /** As the person configured it, without secrets; what waits for it is stored under this name. */
  readonly name: string
  /** Whether echoes are wanted too: they are for the record, and wake nobody. */
  readonly echoes: boolean
  /** At most so many in one delivery, and at least so long between two: the limit of the rate. */
  readonly batchMax: number
  readonly intervalMs: number
  /** Resolves when the other side has taken all of them. Rejects if it has not: the same come again, with the same ids. */
  deliver(batch: readonly Told[]): Promise<void>
  close(): Promise<void>
}

/** The other side will never take this batch, whatever happens: it is put aside instead of holding up the others. */
export class RefusedBatch extends Error {}
