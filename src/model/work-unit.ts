// What is read whole or read again: a file, or a segment of one. A plain value with an id that is equal on every machine.

export interface WorkUnit {
  /** Digest of what it covers. */
  readonly id: string
  /** PATH as given, "/", the way below it: the name in the output. */
  readonly path: string
  /** What is opened. */
  readonly file: string
  /** Stored bytes of the file. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtimeMs: number
  /** Device and inode when it was listed; absent for standard input and what cannot be read. */
  readonly inode?: string
  /** The segment of a plain file: owns the lines that start in [from, to). Absent for a whole file. */
  readonly segment?: { readonly from: number; readonly to: number; readonly index: number; readonly count: number }
  /** Why it cannot be read, found while listing; such a unit yields only this problem. */
  readonly problem?: { readonly code: "unreadable" | "unsupported" | "limit"; readonly message: string }
}

/** Of the file those that the unit covers. */
export function storedBytes({ size, segment }: WorkUnit): number {
  return segment ? segment.to - segment.from : size
}
