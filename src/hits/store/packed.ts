// How larger values are stored: as JSON, deflated, which carries a checksum of its own.
import { constants, deflateSync, inflateSync } from "node:zlib"

export function packed(value: unknown): Uint8Array {
  return deflateSync(JSON.stringify(value), { level: 1 })
}

/** Throws where it does not read back whole. */
export function unpacked(body: ArrayBuffer): unknown {
  return JSON.parse(inflateSync(body).toString("utf8"))
}

/** Undefined where it does not read back whole. */
export function readable(body: ArrayBuffer): unknown {
  try {
    return unpacked(body)
  } catch {
    return undefined // damaged on the disk, or of no form that is known: the caller does without it
  }
}

/** Enough of a body to tell its form by. */
export const headBytes = 1024

/** Before schema 4, some values were in the form of V8's serializer, which begins with a byte that no JSON begins with. */
export function isOfOldForm(head: ArrayBuffer): boolean {
  try {
    return inflateSync(head, { finishFlush: constants.Z_SYNC_FLUSH })[0] === 0xff
  } catch {
    return false // damaged, whatever its form was
  }
}
