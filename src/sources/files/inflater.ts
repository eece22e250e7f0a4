// Drives the WebAssembly inflater (`kernel/inflate.ts`): raw DEFLATE as a stream, with checkpoints from which it can begin again.
import { existsSync, readFileSync } from "node:fs"

/** What stopped a run; numbers of the kernel. */
export const stops = ["input", "output", "complete", "malformed", "truncated", "block"] as const
export type Stop = (typeof stops)[number]

interface Kernel {
  readonly memory: WebAssembly.Memory
  readonly inputBytes: WebAssembly.Global
  readonly windowBytes: WebAssembly.Global
  inputStart(): number
  windowStart(): number
  outputEnd(): number
  reset(history: number): void
  skipBits(count: number): void
  stopBehind(bytes: number): void
  compact(): number
  supply(count: number): void
  unreadBytes(): number
  unreadBits(): number
  slide(): void
  run(isFinal: number): number
}

/** Instances that no stream uses now: each has about 1 MB, and archives open them one after another. */
const idle: Inflater[] = []
const idleMax = 4
let module: WebAssembly.Module | undefined

export class Inflater {
  readonly #kernel: Kernel
  readonly #memory: Uint8Array
  readonly #textStart: number

  /** Ready for a new stream; give it back with `release`. */
  static take(): Inflater {
    const inflater = idle.pop() ?? new Inflater()
    inflater.reset()
    return inflater
  }

  private constructor() {
    module ??= new WebAssembly.Module(readFileSync(kernelFile()))
    this.#kernel = new WebAssembly.Instance(module, {}).exports as unknown as Kernel
    // The kernel never grows its memory.
    this.#memory = new Uint8Array(this.#kernel.memory.buffer)
    this.#textStart = this.#kernel.windowStart() + this.#kernel.windowBytes.value
  }

  release(): void {
    if (idle.length < idleMax) idle.push(this)
  }

  /** Begins a stream, or a later part of it: with the text before it, and behind the first bits of its first byte. */
  reset(window: Uint8Array = new Uint8Array(0)): void {
    this.#memory.set(window, this.#textStart - window.length)
    this.#kernel.reset(window.length)
  }

  skipBits(count: number): void {
    this.#kernel.skipBits(count)
  }

  /** How many of the bytes were taken. */
  supply(bytes: Uint8Array): number {
    const at = this.#kernel.compact()
    const taken = Math.min(bytes.length, this.#kernel.inputStart() + this.#kernel.inputBytes.value - at)
    this.#memory.set(taken < bytes.length ? bytes.subarray(0, taken) : bytes, at)
    this.#kernel.supply(taken)
    return taken
  }

  /** Decodes until something stops it. `input` comes only if `more` input may follow. */
  run(input: "more" | "last"): Stop {
    return stops[this.#kernel.run(input === "last" ? 1 : 0)] as Stop
  }

  /** Text decoded since the last `drop`; a view that the next run may overwrite. */
  text(): Uint8Array {
    return this.#memory.subarray(this.#textStart, this.#kernel.outputEnd())
  }

  /** The text was used; its end stays as the window of what follows. */
  drop(): void {
    this.#kernel.slide()
  }

  /** The 32 KB before the next text, fewer at the start of a stream. Only right after `drop`. */
  window(bytes: number): Uint8Array {
    return this.#memory.slice(this.#textStart - Math.min(bytes, this.#kernel.windowBytes.value), this.#textStart)
  }

  /** The first block that begins behind so much text since the last `drop` stops the run, once. */
  stopBehind(bytes: number): void {
    this.#kernel.stopBehind(bytes)
  }

  /** Supplied bytes that were not used at all. */
  unreadBytes(): number {
    return this.#kernel.unreadBytes()
  }

  /** The first of them. */
  unread(bytes: number): Uint8Array {
    const at = this.#kernel.compact() - this.#kernel.unreadBytes()
    return this.#memory.slice(at, at + bytes)
  }

  /** Bits of the byte before them that were not used: 0 to 7. */
  unreadBits(): number {
    return this.#kernel.unreadBits()
  }
}

/** Built beside the compiled JavaScript; tests run the TypeScript, and find it there, too. */
function kernelFile(): URL {
  const beside = new URL("./inflate.wasm", import.meta.url)
  return existsSync(beside) ? beside : new URL("../../../dist/sources/files/inflate.wasm", import.meta.url)
}
