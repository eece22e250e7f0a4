// The payload of a data object: as it stands, or compressed by itself with XZ, LZ4 or Zstandard.
import { ByteReader, sourceOf } from "../../../files/byte-reader.js"
import { decodeBlock } from "../../../files/containers/lz4.js"
import { xz } from "../../../files/containers/xz.js"
import { openZstd } from "../../../files/containers/zstd.js"
import { Damage } from "../damage.js"

/** Flags of an object. */
const compressed = { xz: 1, lz4: 2, zstd: 4 } as const

export interface Payload {
  readonly bytes: Buffer
  /** More than was asked for. */
  readonly isCut: boolean
}

export interface Payloads {
  /** Throws a `Damage`. At most `bytesMax` come out. */
  unfold(stored: Buffer, flags: number, bytesMax: number): Promise<Payload>
  free(): void
}

export async function openPayloads(): Promise<Payloads> {
  let zstd: Awaited<ReturnType<typeof openZstd>> | undefined
  return {
    async unfold(stored, flags, bytesMax) {
      if (flags === 0) return { bytes: stored, isCut: false }
      if (flags === compressed.lz4) return lz4Payload(stored, bytesMax)
      if (flags === compressed.xz) return gathered(xzPieces(stored), bytesMax)
      if (flags !== compressed.zstd) throw new Damage("compressed in more than one way")
      zstd ??= await openZstd()
      const { pieces, failed } = zstd.decode(stored, bytesMax)
      if (failed) throw new Damage("damaged zstd data")
      return bounded(pieces, bytesMax)
    },
    free: () => zstd?.free(),
  }
}

/** The length of the text, then one block of LZ4. */
function lz4Payload(stored: Buffer, bytesMax: number): Payload {
  if (stored.length < 8) throw new Damage("damaged lz4 data")
  const length = Number(stored.readBigUInt64LE(0))
  // A byte of LZ4 gives 255 at most.
  if (length > (stored.length - 8) * 255) throw new Damage("damaged lz4 data")
  const room = Buffer.alloc(Math.min(length, bytesMax))
  const end = decodeBlock(stored.subarray(8), room, 0, 0, room.length)
  if (end < 0 && length <= bytesMax) throw new Damage("damaged lz4 data")
  return { bytes: room.subarray(0, end < 0 ? ~end : end), isCut: length > bytesMax }
}

async function* xzPieces(stored: Buffer): AsyncGenerator<Uint8Array> {
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield stored
  }
  let damage: string | undefined
  yield* xz.decode(new ByteReader(sourceOf(whole())), ({ message }) => {
    damage ??= message
  })
  if (damage !== undefined) throw new Damage(damage)
}

async function gathered(pieces: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Payload> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    parts.push(Uint8Array.from(piece))
    length += piece.length
    if (length > bytesMax) break
  }
  return bounded(parts, bytesMax)
}

function bounded(parts: readonly Uint8Array[], bytesMax: number): Payload {
  const bytes = Buffer.concat(parts)
  return { bytes: bytes.subarray(0, bytesMax), isCut: bytes.length > bytesMax }
}
