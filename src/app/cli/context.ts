// What every command gets: the streams, and the one way to state its exit code.
import type { CommandContext } from "@stricli/core"
import { UsageError } from "../../model/problem.js"

export interface CliContext extends CommandContext {
  readonly version: string
  /** The exit code of this invocation; unset is 2. */
  readonly end: (code: number) => void
}

/** Runs a command's body: a wrong invocation becomes one sentence on stderr and exit code 2. */
export async function guarded(context: CliContext, body: () => Promise<number>): Promise<void> {
  try {
    context.end(await body())
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    context.process.stderr.write(`sillage: ${error.message}\n`)
    context.end(2)
  }
}

/** Resolves when the stream took the text, so that a full pipe slows the writer instead of filling the memory. */
export function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(text)) resolve()
    else process.stdout.once("drain", resolve)
  })
}
