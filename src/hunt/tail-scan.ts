// Searches the next lines of a log that grows, as the hunt would have in one go: format, header lines, line numbers and stamps are carried on.
import { crc32 } from "node:zlib"
import type { WorkUnit } from "../model/work-unit.js"
import { type Block, headBytes, type Leaf, openLeaves, openPart } from "../sources/files/files.js"
import { recognizeFormat } from "../sources/formats/index.js"
import type { LogFormat } from "../sources/log-format.js"
import { looksLikeList } from "./bare-list.js"
import type { Finding, LeafResult, Sample } from "./finding.js"
import { createRun, type Run, type ScanContext, scanLines } from "./scan-unit.js"

/** What the search of the next lines has to know of those before. A plain value: it is stored with the position. */
export interface Carry {
  /** Bytes of the head that the format was recognised from. */
  readonly headBytes: number
  readonly list: boolean
  /** Lines, and bytes of decoded text, before the position; and the CRC-32 of that text. */
  readonly lines: number
  readonly textBytes: number
  readonly crc: number
  /** Lines that change the meaning of later ones. */
  readonly headers: readonly string[]
  /** A few stamps that settle year and day order. */
  readonly samples: readonly Sample[]
  /** Indicators found on the unfinished line at the position, as `type value`. */
  readonly found: readonly string[]
}

export const noCarry: Carry = { headBytes: 0, list: false, lines: 0, textBytes: 0, crc: 0, headers: [], samples: [], found: [] }

/** A content that another file may repeat. */
export interface Content {
  readonly id: string
  readonly textBytes: number
  readonly crc: number
  /** First bytes of its text, as latin1. */
  readonly head: string
}

export interface TailRange {
  readonly from: number
  readonly to: number
  /** The line is not finished: it will be searched again. */
  readonly open: boolean
}

const headersMax = 32
const headerCharsMax = 16_384
const samplesMax = 12
const foundMax = 4096
const formatsMax = 4096

type OpenPart = (unit: WorkUnit, range: { readonly from: number; readonly to: number }) => AsyncIterable<Leaf>

/** A thread's searcher of growing logs: it remembers formats, which cost more to recognise than a few lines to search. */
export class TailScan {
  readonly #context: ScanContext
  readonly #openPart: OpenPart
  readonly #formats = new Map<string, { readonly format: LogFormat; readonly headBytes: number; readonly list: boolean }>()

  /** `open` shows a part of a log as lines; from its file, unless told otherwise. */
  constructor(context: ScanContext, open: OpenPart = (unit, range) => openPart(unit, range, [])) {
    this.#context = context
    this.#openPart = open
  }

  /** Undefined where the file is no longer one of lines. */
  async scan(unit: WorkUnit, range: TailRange, carry: Carry): Promise<{ readonly leaf: LeafResult; readonly carry: Carry } | undefined> {
    const known = await this.#formatOf(unit, range, carry)
    for await (const leaf of this.#openPart(unit, range)) {
      const result = await this.#scanLeaf(leaf, known.format, range, carry, unit)
      return { leaf: { ...result.leaf, list: known.list }, carry: { ...result.carry, headBytes: known.headBytes, list: known.list } }
    }
    return undefined
  }

  async #scanLeaf(
    leaf: Leaf,
    format: LogFormat,
    range: TailRange,
    carry: Carry,
    unit: WorkUnit,
  ): Promise<{ readonly leaf: LeafResult; readonly carry: Carry }> {
    const headers = [...carry.headers]
    const run = resumed(createRun(format, { path: leaf.where, roles: this.#context.roles }), carry, headers)
    const sum = { crc: carry.crc }
    await scanLines(summed(leaf, sum), run, this.#context)
    const stored = await leaf.close()
    const shift = carry.textBytes - range.from
    const fresh = run.sampler.samples().map((sample) => ({ ...sample, at: sample.at + shift }))
    const samples = [...carry.samples, ...fresh]
    const findings = unseen(moved(run.findings, shift), carry, this.#context)
    const result: LeafResult = {
      mtimeMs: unit.mtimeMs,
      format: format.name,
      searched: stored.searched,
      notSearched: stored.notSearched,
      decoded: run.decoded,
      records: run.newlines - carry.lines + (range.open ? 1 : 0),
      undated: run.sampler.undated(),
      newlines: run.newlines - carry.lines,
      samples,
      findings,
      problems: [...leaf.problems, ...run.problems],
      list: false,
      empty: false,
    }
    const found = this.#keysOf(findings)
    const next: Carry = range.open
      ? { ...carry, found: [...carry.found, ...found].slice(-foundMax) }
      : {
          ...carry,
          lines: run.newlines,
          textBytes: carry.textBytes + run.decoded,
          crc: sum.crc,
          headers,
          samples: telling(samples),
          found: [],
        }
    return { leaf: result, carry: next }
  }

  #keysOf(findings: readonly Finding[]): readonly string[] {
    return findings.flatMap(({ occurrences }) => occurrences.map(({ indicator }) => keyOf(this.#context, indicator)))
  }

  /** By the file's head, and again when the head has grown to twice of what was known. */
  async #formatOf(unit: WorkUnit, range: TailRange, carry: Carry) {
    const content = unit.id ?? unit.file
    const known = this.#formats.get(content)
    const bytes = Math.min(range.to, headBytes)
    if (known && bytes < 2 * known.headBytes) return known
    const length = known || carry.headBytes === 0 || bytes >= 2 * carry.headBytes ? bytes : carry.headBytes
    let found = { format: recognizeFormat(new Uint8Array(0), ""), headBytes: 0, list: false }
    for await (const leaf of this.#openPart(unit, { from: 0, to: length })) {
      const head = await leaf.peek()
      found = { format: recognizeFormat(head, leaf.name), headBytes: length, list: looksLikeList(head) }
    }
    if (this.#formats.size >= formatsMax) this.#formats.clear()
    this.#formats.set(content, found)
    return found
  }
}

/** The run goes on where the last one ended: header lines seen, lines counted. New header lines are kept. */
function resumed(run: Run, carry: Carry, headers: string[]): Run {
  const { reader } = run
  run.newlines = carry.lines
  for (const line of carry.headers) reader.see(line)
  const see = (line: string): boolean => {
    const changes = reader.see(line)
    if (changes && headers.at(-1) !== line && line.length <= headerCharsMax) headers.push(line)
    if (headers.length > headersMax) headers.shift()
    return changes
  }
  return { ...run, reader: { ...reader, see } }
}

/** The leaf, with the CRC-32 of its text taken as it passes. */
function summed(leaf: Leaf, sum: { crc: number }): Leaf {
  async function* blocks(room: () => Uint8Array): AsyncGenerator<Block> {
    let seen = 0
    for await (const block of leaf.blocks(room)) {
      const overlap = Math.max(0, seen - block.offset)
      const view = room()
      sum.crc = crc32(new Uint8Array(view.buffer, view.byteOffset + overlap, block.length - overlap), sum.crc)
      seen = block.offset + block.length
      yield block
    }
  }
  return { ...leaf, blocks }
}

function moved(findings: readonly Finding[], shift: number): readonly Finding[] {
  if (shift === 0) return findings
  return findings.map((finding) => {
    const { offset } = finding.place
    return { ...finding, at: finding.at + shift, place: { ...finding.place, ...(offset === undefined ? {} : { offset: offset + shift }) } }
  })
}

/** Without what was found on the first line already, when it was not yet finished. */
function unseen(findings: readonly Finding[], carry: Carry, context: ScanContext): readonly Finding[] {
  if (carry.found.length === 0) return findings
  const found = new Set(carry.found)
  return findings.flatMap((finding) => {
    if (finding.place.offset !== carry.textBytes) return [finding]
    const occurrences = finding.occurrences.filter(({ indicator }) => !found.has(keyOf(context, indicator)))
    return occurrences.length === 0 ? [] : [{ ...finding, occurrences }]
  })
}

function keyOf({ matcher }: ScanContext, at: number): string {
  const indicator = matcher.indicators[at]
  return `${indicator?.type} ${indicator?.value}`
}

/** The last ones, one with its year and one that settles the day order: what later stamps are read by. */
function telling(samples: readonly Sample[]): readonly Sample[] {
  const dated = samples.findLast(({ stamp }) => stamp.year !== undefined)
  const ordered = samples.findLast(({ stamp }) => stamp.dayOrder !== undefined && stamp.dayOrder !== "unknown")
  const kept = new Set([...samples.slice(-samplesMax), dated, ordered].filter((sample) => sample !== undefined))
  return [...kept].sort((a, b) => a.at - b.at)
}

/** Which of the contents the file begins with, the longest of them; undefined if none. Its text is read as far as they reach. */
export async function originOf(unit: WorkUnit, contents: readonly Content[]): Promise<Content | undefined> {
  for await (const leaf of openLeaves(unit)) {
    if (leaf.member !== undefined || leaf.empty) return undefined
    const head = Buffer.from(await leaf.peek(256)).toString("latin1")
    const alike = contents.filter((one) => one.textBytes > 0 && head.startsWith(one.head.slice(0, head.length)))
    return alike.length === 0 ? undefined : await longest(leaf, alike)
  }
  return undefined
}

const roomBytes = 1 << 20

async function longest(leaf: Leaf, contents: readonly Content[]): Promise<Content | undefined> {
  const waiting = [...contents].sort((a, b) => a.textBytes - b.textBytes)
  const room = new Uint8Array(roomBytes)
  let best: Content | undefined
  let crc = 0
  let at = 0
  for await (const block of leaf.blocks(() => room)) {
    let from = Math.max(0, at - block.offset)
    for (let next = waiting[0]; next && next.textBytes <= block.offset + block.length; next = waiting[0]) {
      const to = next.textBytes - block.offset
      if (to >= from) {
        crc = crc32(room.subarray(from, to), crc)
        from = to
      }
      if (crc === next.crc) best = next
      waiting.shift()
    }
    if (waiting.length === 0) break
    crc = crc32(room.subarray(from, block.length), crc)
    at = block.offset + block.length
  }
  return best
}
