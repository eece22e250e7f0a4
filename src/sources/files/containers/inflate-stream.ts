// Inflates one raw DEFLATE stream from a reader, in the thread pool, and says where and how it ended.
import { constants, createInflateRaw } from "node:zlib"
import type { ByteReader } from "../byte-reader.js"

const outputBytes = 1024 * 1024
const inputBytes = 256 * 1024

/** `input` stands behind the last byte of the stream when it is complete, and near the damage otherwise. */
export interface InflateEnd {
  readonly state: "complete" | "truncated" | "malformed"
  readonly message: string
}

export async function* inflate(input: ByteReader): AsyncGenerator<Uint8Array, InflateEnd> {
  const stream = createInflateRaw({ chunkSize: outputBytes, finishFlush: constants.Z_SYNC_FLUSH })
  let failure: Error | undefined
  let open = true
  stream.on("error", (error) => {
    failure = error
  })
  stream.on("close", () => {
    open = false
  })
  const feeding = feed()
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
  } catch (error) {
    failure = error as Error // told in the state
  }
  const complete = await feeding
  if (failure) return { state: "malformed", message: failure.message }
  return complete ? { state: "complete", message: "" } : { state: "truncated", message: "ends in the middle of compressed data" }

  /** True where the stream ended by itself, before the input. */
  async function feed(): Promise<boolean> {
    for (;;) {
      const view = (await input.view())?.subarray(0, inputBytes)
      if (!view) {
        // A stream that is complete leaves a further byte alone.
        const before = stream.bytesWritten
        await write(new Uint8Array(1))
        stream.end()
        return !failure && stream.bytesWritten === before
      }
      const before = stream.bytesWritten
      await write(view)
      const used = stream.bytesWritten - before
      input.advance(used)
      if (!open || failure || used < view.length) {
        stream.end()
        return !failure
      }
    }
  }

  function write(view: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      stream.once("close", resolve)
      stream.write(view, () => {
        stream.off("close", resolve)
        resolve()
      })
    })
  }
}
