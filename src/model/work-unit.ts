// What is read whole or read again: a file, or a segment of one. A plain value.

export interface WorkUnit {
  /** Of the content that a watch follows from one name to the next; absent otherwise. */
  readonly id?: string
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
  /** When its content and when anything of it last changed, as it was listed: nanoseconds since 1970, as text. */
  readonly changed?: { readonly mtimeNs: string; readonly ctimeNs: string }
  /** The segment of a plain file: owns the lines that start in [from, to). Absent for a whole file. */
  readonly segment?: { readonly from: number; readonly to: number; readonly index: number; readonly count: number }
  /** Why it cannot be read, found while listing; such a unit yields only this problem. */
  readonly problem?: { readonly code: "unreadable" | "unsupported" | "limit"; readonly message: string }
}

/** Of the file those that the unit covers. */
export function storedBytes({ size, segment }: WorkUnit): number {
  return segment ? segment.to - segment.from : size
}
