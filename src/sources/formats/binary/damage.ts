// What a decoder throws inside itself when input contradicts its format; caught at the record and turned into a Problem.

import type { Problem, ProblemCode } from "../../../model/problem.js"
import type { DecodeInput } from "../../log-format.js"

export class Damage extends Error {
  readonly code: ProblemCode

  constructor(message: string, code: ProblemCode = "malformed") {
    super(message)
    this.code = code
  }
}

/** The damage behind an error; a bug is thrown again. Reads beyond the end are RangeErrors of Buffer. */
export function damageOf(error: unknown): { readonly code: ProblemCode; readonly message: string } {
  if (error instanceof Damage) return { code: error.code, message: error.message }
  if (error instanceof RangeError) return { code: "malformed", message: "a length or an offset points outside of its record" }
  throw error
}

/** More damages of one file than this are counted rather than listed. */
export const problemsMax = 100

export interface Reporter {
  report(code: ProblemCode, offset: number, message: string): void
  /** Says how many were not listed; at the end of the file. */
  finish(): void
}

/** Reports by byte position, bounded. */
export function createReporter(input: Pick<DecodeInput, "path" | "report">): Reporter {
  let reported = 0
  return {
    report(code, offset, message) {
      if (reported++ < problemsMax) input.report({ code, where: `${input.path}:${offset}`, message } satisfies Problem)
    },
    finish() {
      if (reported <= problemsMax) return
      input.report({
        code: "limit",
        where: input.path,
        message: `${reported - problemsMax} further damages are not listed one by one`,
      })
    },
  }
}
