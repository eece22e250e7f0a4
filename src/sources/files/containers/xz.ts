// xz (file format 1.1.0): all streams and the padding between them. It drives the library's WebAssembly itself, because the library's stream
// drops what was decoded just before a damage, and does not say where it stands.
import xzDecompress from "xz-decompress"
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
    // Between two calls the decoder holds no input, so the end of the input is told apart from its middle.
    const view = await input.view()
    if (!view) {
      if (!decoder.isComplete && !input.broken) report({ code: "truncated", at: input.position, message: "ends in the middle of xz data" })
      return
    }
    if (decoder.isComplete && !(await nextStream(input, report))) return
    const step = decoder.step((await input.view()) ?? new Uint8Array(0))
    input.advance(step.used)
    if (step.text.length > 0) yield step.text
    if (step.failure) {
      report({ ...step.failure, at: input.position })
      return
    }
  }
}

/** Stands at the next stream, behind padding (a multiple of four zeros). */
async function nextStream(input: ByteReader, report: Report): Promise<boolean> {
  for (;;) {
    const head = await input.peek(6)
    if (head.length === 0) return false
    if (isStream(head)) return true
    if (head[0] !== 0) {
      if (!input.broken) report({ code: "malformed", at: input.position, message: "bytes behind the xz data are no xz: not read" })
      return false
    }
    input.advance(1)
  }
}

interface Step {
  readonly used: number
  readonly text: Uint8Array
  readonly failure: { readonly code: "malformed" | "unsupported" | "limit"; readonly message: string } | undefined
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
const optionsError = 6

class Decoder {
  /** At the end of a stream, or before the first. */
  isComplete = true
  readonly #wasm: Exports
  #context: number | undefined

  constructor(wasm: Exports) {
    this.#wasm = wasm
  }

  step(data: Uint8Array): Step {
    this.#context ??= this.#wasm.create_context()
    this.isComplete = false
    // The context begins with: buffer size, then struct xz_buf (in, in_pos, in_size, out, out_pos, out_size).
    const [bufferBytes, inputAt] = this.#head() as unknown as [number, number]
    const given = Math.min(data.length, bufferBytes)
    new Uint8Array(this.#wasm.memory.buffer, inputAt, given).set(data.subarray(0, given))
    this.#wasm.supply_input(this.#context, given)
    const parts: Uint8Array[] = []
    for (;;) {
      const result = this.#wasm.get_next_output(this.#context)
      const [, , used, , outputAt, produced] = this.#head() as unknown as [number, number, number, number, number, number]
      parts.push(new Uint8Array(this.#wasm.memory.buffer, outputAt, produced).slice())
      this.#head()[5] = 0
      if (result === streamEnd) this.#endStream()
      const failure = result > streamEnd ? failureOf(result) : undefined
      if (failure || result === streamEnd || (used === given && produced < bufferBytes))
        return { used, text: Buffer.concat(parts), failure }
    }
  }

  free(): void {
    if (this.#context !== undefined) this.#wasm.destroy_context(this.#context)
    this.#context = undefined
  }

  #endStream(): void {
    this.free()
    this.isComplete = true
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
  return { code: "malformed", message: "damaged xz data" }
}

interface Library {
  _moduleInstance?: WebAssembly.Instance
  _getModuleInstance(): Promise<void>
}

async function decoderExports(): Promise<Exports> {
  const library = xzDecompress.XzReadableStream as unknown as Library
  if (!library._moduleInstance) await library._getModuleInstance()
  return library._moduleInstance?.exports as unknown as Exports
}

function isStream(head: Uint8Array): boolean {
  return startsWith(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])
}
