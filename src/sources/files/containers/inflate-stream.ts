// Inflates one raw DEFLATE stream from a reader, and says where and how it ended.
import type { ByteReader } from "../byte-reader.js"
import { Inflater } from "../inflater.js"

/** `input` stands behind the last byte of the stream when it is complete, and at the damage otherwise. */
export interface InflateEnd {
  readonly state: "complete" | "truncated" | "malformed"
  readonly message: string
}

/** Small at first, since a file may be of many small members. */
const firstSupplyBytes = 4096

export async function* inflate(input: ByteReader): AsyncGenerator<Uint8Array, InflateEnd> {
  const inflater = Inflater.take()
  /** Of the reader's view, supplied and not yet consumed. */
  let supplied = 0
  let supplyBytes = firstSupplyBytes
  let more: "more" | "last" = "more"
  try {
    for (;;) {
      const stop = inflater.run(more)
      if (stop === "input") {
        input.advance(supplied)
        const view = await input.view()
        supplied = view ? inflater.supply(view.subarray(0, supplyBytes)) : 0
        if (!view) more = "last"
        supplyBytes = Math.min(supplyBytes * 4, 2 ** 20)
        continue
      }
      const text = inflater.text()
      if (text.length > 0) yield text
      if (stop !== "output") {
        giveBack(input, supplied, inflater)
        return ended(stop === "complete" || stop === "truncated" ? stop : "malformed")
      }
      inflater.drop()
    }
  } finally {
    inflater.release()
  }
}

function giveBack(input: ByteReader, supplied: number, inflater: Inflater): void {
  // Below zero where bits beyond the end were asked for.
  const unread = Math.max(0, inflater.unreadBytes())
  if (unread <= supplied) input.advance(supplied - unread)
  else input.pushBack(inflater.unread(unread - supplied))
}

function ended(state: InflateEnd["state"]): InflateEnd {
  const messages = { complete: "", truncated: "ends in the middle of compressed data", malformed: "damaged compressed data" }
  return { state, message: messages[state] }
}
