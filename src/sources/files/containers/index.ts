// The containers, in the order in which they are asked.
import { bzip2 } from "./bzip2.js"
import type { Archive, Compression, Unreadable } from "./container.js"
import { gzip } from "./gzip.js"
import { lz4 } from "./lz4.js"
import { tar } from "./tar.js"
import { unreadable } from "./unreadable.js"
import { xz } from "./xz.js"
import { zip } from "./zip.js"
import { zstd } from "./zstd.js"

export const compressions: readonly Compression[] = [gzip, zstd, xz, bzip2, lz4]
export const archives: readonly Archive[] = [zip, tar]
export const unreadables: readonly Unreadable[] = unreadable
