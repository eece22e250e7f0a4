// Zstandard (RFC 8878): all frames, skippable ones included. It drives the library's WebAssembly itself, because the library's own loop drops
// the decoder's error codes and so never ends on damaged input.
import type { ByteReader } from "../byte-reader.js"
import type { Report } from "../ledger.js"
import type { SeekPoints } from "../seek.js"
import { type Compression, startsWith } from "./container.js"

export const zstd: Compression = {
  name: "zstd",
  recognize: (head) => isFrame(head) || (isSkippable(head) && isFrame(head.subarray(8 + (head[4] ?? 0) + 256 * (head[5] ?? 0)))),
  async *decode(input, report, seek) {
    const decoder = new Decoder(await decoderModule())
    try {
      yield* frames(decoder, input, report, seek)
    } finally {
      decoder.free()
    }
  },
  resume: (input, _point, report) => zstd.decode(input, report),
}

async function* frames(decoder: Decoder, input: ByteReader, report: Report, seek?: SeekPoints): AsyncGenerator<Uint8Array> {
  let isBetween = true
  let at = 0
  for (;;) {
    if (isBetween) {
      const head = await input.peek(8)
      if (head.length === 0) return
      if (!isFrame(head) && !isSkippable(head)) {
        if (!input.broken) report({ code: "malformed", at: input.position, message: "bytes behind the zstd data are no zstd: not read" })
        return
      }
      if (seek && at > 0 && seek.due(at) === 0) seek.add({ at, stored: input.position, bits: 0, window: new Uint8Array(0), parameter: 0 })
    }
    const view = await input.view()
    if (!view) {
      if (!input.broken) report({ code: "truncated", at: input.position, message: "ends in the middle of a zstd frame" })
      return
    }
    const step = decoder.step(view)
    input.advance(step.used)
    at += step.text.length
    if (step.text.length > 0) yield step.text
    if (step.state === "failed") {
      const message = step.isWindow
        ? "zstd frame needs a window of more than 128 MB: decompress it with zstd --long=31"
        : "damaged zstd data"
      report({ code: step.isWindow ? "unsupported" : "malformed", at: input.position, message })
      return
    }
    isBetween = step.state === "between"
  }
}

interface Step {
  readonly used: number
  readonly text: Uint8Array
  readonly state: "between" | "inside" | "failed"
  readonly isWindow: boolean
}

/** What the WebAssembly module offers (C API of libzstd). */
interface Exports {
  readonly memory: WebAssembly.Memory
  malloc(bytes: number): number
  free(pointer: number): void
  ZSTD_createDCtx(): number
  ZSTD_freeDCtx(context: number): number
  ZSTD_decompressStream(context: number, output: number, input: number): number
}

const inputBytes = 128 * 1024
const outputBytes = 1024 * 1024
/** Results above it are errors, by number from the top (`ZSTD_isError`). */
const errorCodes = 120
const windowTooLarge = 16

class Decoder {
  readonly #wasm: Exports
  readonly #context: number
  readonly #room: number
  readonly #buffers: number

  constructor(module: WebAssembly.Module) {
    this.#wasm = new WebAssembly.Instance(module, { env: { emscripten_notify_memory_growth: () => {} } }).exports as unknown as Exports
    this.#context = this.#wasm.ZSTD_createDCtx()
    this.#room = this.#wasm.malloc(inputBytes + outputBytes)
    this.#buffers = this.#wasm.malloc(24)
  }

  /** Decodes part of `data`; at most a frame's end is passed. Output that is ready comes without more input, so it never stalls. */
  step(data: Uint8Array): Step {
    const given = Math.min(data.length, inputBytes)
    new Uint8Array(this.#wasm.memory.buffer, this.#room, given).set(data.subarray(0, given))
    // ZSTD_inBuffer, then ZSTD_outBuffer: pointer, size, position.
    new Uint32Array(this.#wasm.memory.buffer, this.#buffers, 6).set([this.#room, given, 0, this.#room + inputBytes, outputBytes, 0])
    const result = this.#wasm.ZSTD_decompressStream(this.#context, this.#buffers + 12, this.#buffers) >>> 0
    const after = new Uint32Array(this.#wasm.memory.buffer, this.#buffers, 6)
    const used = after[2] as number
    const text = new Uint8Array(this.#wasm.memory.buffer, this.#room + inputBytes, after[5]).slice()
    const error = 2 ** 32 - result
    // Neither taking nor giving anything would repeat itself for ever.
    const failed = error <= errorCodes || (used === 0 && text.length === 0)
    return { used, text, state: failed ? "failed" : result === 0 ? "between" : "inside", isWindow: error === windowTooLarge }
  }

  free(): void {
    this.#wasm.ZSTD_freeDCtx(this.#context)
    this.#wasm.free(this.#buffers)
    this.#wasm.free(this.#room)
  }
}

/** Decodes one small content after another, each whole in memory and by itself. */
export interface SmallZstd {
  /** What came out, a little more than `bytesMax` at most; `failed` where the data is damaged, cut off, or goes on behind its frame. */
  decode(data: Uint8Array, bytesMax: number): { readonly pieces: readonly Uint8Array[]; readonly failed: boolean }
  free(): void
}

export async function openZstd(): Promise<SmallZstd> {
  const module = await decoderModule()
  let decoder = new Decoder(module)
  return {
    decode(data, bytesMax) {
      const pieces: Uint8Array[] = []
      let length = 0
      for (let at = 0; at < data.length || length > 0; ) {
        const step = decoder.step(data.subarray(at))
        at += step.used
        length += step.text.length
        pieces.push(step.text)
        const isEnd = step.state === "between"
        if (isEnd && at === data.length) return { pieces, failed: false }
        if (!isEnd && step.state !== "failed" && length <= bytesMax && !(at === data.length && step.text.length === 0)) continue
        // In the middle of a frame: the next content needs a fresh one.
        decoder.free()
        decoder = new Decoder(module)
        return { pieces, failed: length <= bytesMax }
      }
      return { pieces, failed: true }
    },
    free: () => decoder.free(),
  }
}

let loading: Promise<WebAssembly.Module> | undefined

/** The library hands the module that it has compiled to `_init`. */
function decoderModule(): Promise<WebAssembly.Module> {
  loading ??= import("zstddec/stream").then(
    ({ ZSTDDecoder }) =>
      new Promise((resolve, reject) => {
        class Opened extends ZSTDDecoder {
          override _init = (result: WebAssembly.WebAssemblyInstantiatedSource): void => resolve(result.module)
        }
        new Opened().init().catch(reject)
      }),
  )
  return loading
}

function isFrame(head: Uint8Array): boolean {
  return startsWith(head, [0x28, 0xb5, 0x2f, 0xfd])
}

function isSkippable(head: Uint8Array): boolean {
  return startsWith(head, [0x2a, 0x4d, 0x18], 1) && ((head[0] as number) & 0xf0) === 0x50
}
