// What the world did to us: a closed list of codes, beside the results and never instead of them.

export const problemCodes = [
  "unreadable",
  "malformed",
  "unsupported",
  "truncated",
  "encrypted",
  "limit",
  "timeout",
  "blind-spot",
  "inexpressible",
  "indicator-unsupported",
  "indicator-unreadable",
  "indicator-empty",
  "indicator-too-wide",
  "indicator-reference",
] as const

export type ProblemCode = (typeof problemCodes)[number]

export interface Problem {
  readonly code: ProblemCode
  /** `path!/member:line`, `path:offset` or `bulletin:line`. */
  readonly where: string
  /** The indicator as the bulletin has it, for the `indicator-…` codes. */
  readonly value?: string
  /** What, where, what to do; lower case, no full stop. */
  readonly message: string
}

/** A wrong invocation: one sentence, exit code 2. */
export class UsageError extends Error {}
