// Inflates one raw DEFLATE stream from a reader, and says where and how it ended.
import type { ByteReader } from "../byte-reader.js"
import { Inflater } from "../inflater.js"
import type { SeekPoint, SeekPoints } from "../seek.js"

/** `input` stands behind the last byte of the stream when it is complete, and at the damage otherwise. */
export interface InflateEnd {
  readonly state: "complete" | "truncated" | "malformed"
  readonly message: string
}

/** Small at first, since a file may be of many small members. */
const firstSupplyBytes = 4096

export interface InflateOptions {
  /** Where in the decompressed bytes the stream begins, or goes on. */
  readonly at: number
  readonly seek?: SeekPoints
  /** Where it goes on: `input` stands in the byte that holds the point's first bit. */
  readonly from?: SeekPoint
}

export async function* inflate(input: ByteReader, options: InflateOptions = { at: 0 }): AsyncGenerator<Uint8Array, InflateEnd> {
  const inflater = Inflater.take()
  let at = options.at
  /** Text that what follows may refer to. */
  let history = options.from?.window.length ?? 0
  /** Of the reader's view, supplied and not yet consumed. */
  let supplied = 0
  let supplyBytes = firstSupplyBytes
  let more: "more" | "last" = "more"
  try {
    if (options.from) {
      inflater.reset(options.from.window)
      supplied = inflater.supply(((await input.view()) ?? nothing).subarray(0, supplyBytes))
      inflater.skipBits(options.from.bits)
    }
    if (options.seek) inflater.stopBehind(options.seek.due(at))
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
      at += text.length
      history += text.length
      if (text.length > 0) yield text
      if (stop !== "output" && stop !== "block") {
        giveBack(input, supplied, inflater)
        return ended(stop === "complete" || stop === "truncated" ? stop : "malformed")
      }
      inflater.drop()
      if (!options.seek) continue
      if (stop === "block") options.seek.add(pointAt(input, supplied, inflater, at, history))
      inflater.stopBehind(options.seek.due(at))
    }
  } finally {
    inflater.release()
  }
}

const nothing = new Uint8Array(0)

function pointAt(input: ByteReader, supplied: number, inflater: Inflater, at: number, history: number): SeekPoint {
  const bits = (8 - inflater.unreadBits()) % 8
  const next = input.position + supplied - inflater.unreadBytes()
  return { at, stored: bits === 0 ? next : next - 1, bits, window: inflater.window(history), parameter: 0 }
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
