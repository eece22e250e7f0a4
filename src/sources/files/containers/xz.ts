// xz (file format 1.1.0): all streams and the padding between them. It drives the library's WebAssembly itself, because the library's stream
// drops what was decoded just before a damage, and does not say where it stands.
import type { ByteReader } from "../byte-reader.js"
import type { Report } from "../ledger.js"
import { type Compression, startsWith } from "./container.js"

export const xz: Compression = {
  name: "xz",
  recognize: isStream,
  async *decode(input, report) {
    const wasm = await decoderExports()
    const decoder = new Decoder(wasm)
    try {
      yield* streams(decoder, input, report)
    } finally {
      decoder.free()
    }
  },
}

async function* streams(decoder: Decoder, input: ByteReader, report: Report): AsyncGenerator<Uint8Array> {
  for (;;) {
    const view = await input.view()
    // No input tells the decoder that it has come to the end.
    const { used, failure } = yield* decoder.steps(view ?? nothing)
    if (view) input.advance(used)
    if (failure && !(input.broken && failure.code === "truncated")) report({ ...failure, at: input.position })
    if (failure || !view) return
  }
}

const nothing = new Uint8Array(0)

interface Step {
  readonly used: number
  readonly failure: { readonly code: "malformed" | "truncated" | "unsupported" | "limit"; readonly message: string } | undefined
}

/** What the WebAssembly module offers: XZ Embedded behind a context with an input and an output buffer. */
interface Exports {
  readonly memory: WebAssembly.Memory
  create_context(): number
  destroy_context(context: number): void
  supply_input(context: number, bytes: number): void
  get_next_output(context: number): number
}

// enum xz_ret
const streamEnd = 1
const memoryError = 3
const memoryLimit = 4
const formatError = 5
const optionsError = 6
const bufferError = 8

/** Decodes stream after stream, and the padding between them. */
class Decoder {
  readonly #wasm: Exports
  readonly #context: number

  constructor(wasm: Exports) {
    this.#wasm = wasm
    this.#context = wasm.create_context()
  }

  /** Decodes part of `data`, in small pieces, since a few bytes may unfold to very many. */
  *steps(data: Uint8Array): Generator<Uint8Array, Step> {
    // The context begins with: buffer size, then struct xz_buf (in, in_pos, in_size, out, out_pos, out_size).
    const [bufferBytes, inputAt] = this.#head() as unknown as [number, number]
    const given = Math.min(data.length, bufferBytes)
    new Uint8Array(this.#wasm.memory.buffer, inputAt, given).set(data.subarray(0, given))
    this.#wasm.supply_input(this.#context, given)
    for (;;) {
      const result = this.#wasm.get_next_output(this.#context)
      const [, , used, , outputAt, produced] = this.#head() as unknown as [number, number, number, number, number, number]
      if (produced > 0) yield new Uint8Array(this.#wasm.memory.buffer, outputAt, produced).slice()
      this.#head()[5] = 0
      const failure = result > streamEnd ? failureOf(result) : undefined
      if (failure || result === streamEnd || (given > 0 && used === given && produced < bufferBytes)) return { used, failure }
    }
  }

  free(): void {
    this.#wasm.destroy_context(this.#context)
  }

  #head(): Uint32Array {
    return new Uint32Array(this.#wasm.memory.buffer, this.#context, 7)
  }
}

function failureOf(result: number): Step["failure"] {
  if (result === optionsError)
    return { code: "unsupported", message: "xz options that are not supported (such as --check=sha256): decompress it with xz" }
  if (result === memoryError || result === memoryLimit)
    return { code: "limit", message: "xz data needs more memory than there is: decompress it with xz" }
  if (result === bufferError) return { code: "truncated", message: "ends in the middle of xz data" }
  return { code: "malformed", message: result === formatError ? "bytes behind the xz data are no xz: not read" : "damaged xz data" }
}

interface Library {
  _moduleInstance?: WebAssembly.Instance
  _getModuleInstance(): Promise<void>
}

async function decoderExports(): Promise<Exports> {
  const { default: xzDecompress } = await import("xz-decompress")
  const library = xzDecompress.XzReadableStream as unknown as Library
  if (!library._moduleInstance) await library._getModuleInstance()
  return library._moduleInstance?.exports as unknown as Exports
}

function isStream(head: Uint8Array): boolean {
  return startsWith(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])
}
