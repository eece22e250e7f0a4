// What is remembered of one followed file: a plain value, stored as its checkpoint. Names come and go by rotation; this stays.

export interface TailFile {
  /** Of the content, not of the name: it follows a log through renaming, copying and compression. */
  readonly id: string
  /** PATH as given, "/", the way below it, as it is now. */
  readonly path: string
  /** What is opened; see `WorkUnit.file`. */
  readonly file: string
  /** Device and inode. */
  readonly inode: string
  /** `lines` grows and is read as it does; `whole` (compressed, archive, binary, one document) is read again when it changed and rests. */
  readonly kind: "lines" | "whole"
  /** Stored bytes that were searched: a line start. Of a `whole` file, its size when it was searched. */
  readonly position: number
  /** Modification time when it was last searched, in milliseconds. */
  readonly mtimeMs: number
  /** The first bytes and the last ones before `position`, as latin1: whether a file still is what was read. At most `markBytes` each. */
  readonly head: string
  readonly anchor: string
  /** Bytes of an unfinished last line that were searched already; the line is searched again when it has grown. */
  readonly openBytes: number
  /** Another file's content up to here, which is not searched twice. */
  readonly copyOf?: { readonly id: string; readonly to: number }
  /** Milliseconds since 1970 at which its content was no longer found under its inode. */
  readonly goneMs?: number
}

/** Enough to tell two logs apart: a line or two. */
export const markBytes = 256
