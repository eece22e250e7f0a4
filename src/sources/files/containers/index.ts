// The containers, in the order in which they are asked.
import type { Archive, Compression, Unreadable } from "./container.js"
import { gzip } from "./gzip.js"
import { unreadable } from "./unreadable.js"

export const compressions: readonly Compression[] = [gzip]
export const archives: readonly Archive[] = []
export const unreadables: readonly Unreadable[] = unreadable
