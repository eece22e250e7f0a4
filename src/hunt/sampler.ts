// Looks at the stamps of a few lines of a file: enough for its time range, its whole-day gaps, its year and its day order.
import type { Stamp } from "../model/time.js"
import type { Sample } from "./finding.js"

/** Up to here every line is looked at; behind it two lines of every block, and more where they lie so far apart that a day may be silent. */
const denseBytes = 16 * 1024
export const samplesMax = 200_000
const lineBytesMax = 8192
/** `#`: header lines, and what was commented out. */
const comment = 0x23
/** Lines less than this apart leave no day between them silent. */
const wideMinutes = 24 * 60
/** After so many lines without a stamp, one in so many is still looked at. */
const vainLines = 1000
const vainStep = 32
/** Looks at one block beside its ends: a block may span years. */
const spreadLooksMax = 200

export interface Sampler {
  /** Looks at a block of text that begins at a decoded offset. */
  sample(text: Buffer, offset: number): void
  /** Looks at one record of a format without lines. */
  record(text: string, at: number): void
  /** A hit without a stamp stands here: its neighbours are looked at when the block is. */
  around(at: number): void
  /** Only the neighbours that `around` asked for. */
  beside(text: Buffer, offset: number): void
  samples(): readonly Sample[]
  /** In the order in which they were found: those that owe nothing to a hit, and the neighbours of hits. */
  readonly plain: readonly Sample[]
  readonly neighbours: readonly Sample[]
  /** Records without a stamp among those looked at. */
  undated(): number
}

export interface SamplerOptions {
  /** False: days without records are not looked for. */
  readonly silences?: boolean
  /** The stamp of the line text[start, end), where it can be told from the bytes. */
  readonly quick?: (text: Uint8Array, start: number, end: number) => Stamp | undefined
}

export function createSampler(
  stampOf: (line: string) => Stamp | undefined,
  { silences = true, quick = () => undefined }: SamplerOptions = {},
): Sampler {
  const plain: Sample[] = []
  const besides: Sample[] = []
  const asked: number[] = []
  let undated = 0
  let recordsSeen = 0
  const look: Look = (text, start, end, offset, counted) => {
    if (text[start] === comment) return undefined
    const known = quick(text, start, end)
    if (known) return { at: offset + start, stamp: known }
    const line = text.toString("utf8", start, Math.min(end, start + lineBytesMax)).trimEnd()
    if (line === "") return undefined
    const stamp = stampOf(line)
    if (!stamp) {
      if (counted) undated++
      return undefined
    }
    return { at: offset + start, stamp }
  }
  let vain = 0
  const lookAgain: Look = (text, start, end, offset, counted) => {
    if (vain >= vainLines && ++vain % vainStep !== 0) return undefined
    const sample = look(text, start, end, offset, counted)
    vain = sample ? 0 : vain + 1
    return sample
  }
  const keep = (sample: Sample | undefined): void => {
    if (sample && plain.length < samplesMax) plain.push(sample)
  }
  const beside = (text: Buffer, offset: number): void => {
    const dense = offset < denseBytes ? Math.min(text.length, denseBytes - offset) : 0
    if (dense < text.length) {
      for (const at of asked) {
        for (const sample of neighbours(text, at - offset, offset, look)) if (besides.length < samplesMax) besides.push(sample)
      }
    }
    asked.length = 0
  }
  const every = (text: Buffer, from: number, to: number, offset: number, counted: boolean): void => {
    for (let start = from; start < to; ) {
      const next = text.indexOf(10, start)
      const end = next < 0 ? text.length : next
      keep(look(text, start, end, offset, counted))
      start = end + 1
    }
  }
  return {
    sample(text, offset) {
      const dense = offset < denseBytes ? Math.min(text.length, denseBytes - offset) : 0
      every(text, 0, dense, offset, true)
      if (dense < text.length) {
        const rest = dense === 0 ? 0 : behindNewline(text, dense - 1)
        const first = firstDated(text, rest, offset, lookAgain)
        const last = lastDated(text, offset, lookAgain)
        keep(first)
        if (first && last && last.at !== first.at) {
          if (silences) spread(text, first, last, offset, lookAgain, keep)
          keep(last)
        }
      }
      beside(text, offset)
    },
    beside,
    record(text, at) {
      recordsSeen++
      if (recordsSeen > 1000 && recordsSeen % 64 !== 0) return
      const stamp = stampOf(text)
      if (stamp) keep({ at, stamp })
      else undated++
    },
    around(at) {
      asked.push(at)
    },
    samples: () => inOrder(plain, besides),
    plain,
    neighbours: besides,
    undated: () => undated,
  }
}

/** Each place once: what a hit without a stamp asks for may be sampled already, and another hunt has other hits. */
export function inOrder(plain: readonly Sample[], neighbours: readonly Sample[]): readonly Sample[] {
  return [...plain, ...neighbours].sort((a, b) => a.at - b.at).filter((one, index, all) => one.at !== all[index - 1]?.at)
}

/** Where the first line behind an offset starts; the end of the text if none does. */
function behindNewline(text: Buffer, at: number): number {
  const newline = text.indexOf(10, at)
  return newline < 0 ? text.length : newline + 1
}

type Look = (text: Buffer, start: number, end: number, offset: number, counted: boolean) => Sample | undefined
/** Lines without a stamp that are passed over to find one with. */
const linesTried = 50

interface Stretch {
  readonly from: Sample
  readonly to: Sample
  readonly minutes: number
}

/**
 * Halves the longest stretch whose ends lie a day apart, again and again, until what is silent in it shows: as many looks as the block has
 * days, not bytes.
 */
function spread(text: Buffer, first: Sample, last: Sample, offset: number, look: Look, keep: (sample: Sample) => void): void {
  const wide: Stretch[] = []
  const add = (from: Sample, to: Sample): void => {
    const minutes = minutesBetween(from.stamp, to.stamp)
    if (minutes >= wideMinutes) wide.push({ from, to, minutes })
  }
  add(first, last)
  for (let looks = 0; looks < spreadLooksMax && wide.length > 0; looks++) {
    const longest = wide.reduce((best, one, at) => (one.minutes > (wide[best] as Stretch).minutes ? at : best), 0)
    const [{ from, to }] = wide.splice(longest, 1) as [Stretch]
    const middle =
      datedBehind(text, from.at - offset + ((to.at - from.at) >> 1), to.at - offset, offset, look) ??
      // Nothing begins in the second half: what lies between the two, if anything does, begins right behind the first.
      datedBehind(text, from.at - offset, to.at - offset, offset, look)
    if (!middle) continue
    keep(middle)
    add(from, middle)
    add(middle, to)
  }
}

/** The first dated line that starts behind an offset and before another. */
function datedBehind(text: Buffer, from: number, to: number, offset: number, look: Look): Sample | undefined {
  const sample = firstDated(text, behindNewline(text, from), offset, look)
  return sample && sample.at - offset < to ? sample : undefined
}

function firstDated(text: Buffer, from: number, offset: number, look: Look): Sample | undefined {
  let start = from
  for (let tries = 0; tries < linesTried && start < text.length; tries++) {
    const next = text.indexOf(10, start)
    const end = next < 0 ? text.length : next
    const sample = look(text, start, end, offset, false)
    if (sample) return sample
    start = end + 1
  }
  return undefined
}

function lastDated(text: Buffer, offset: number, look: Look): Sample | undefined {
  let end = text[text.length - 1] === 10 ? text.length - 1 : text.length
  for (let tries = 0; tries < linesTried && end > 0; tries++) {
    const start = text.lastIndexOf(10, end - 1) + 1
    const sample = look(text, start, end, offset, false)
    if (sample) return sample
    end = start - 1
  }
  return undefined
}

/** The nearest dated lines before and behind an offset of the block. */
function neighbours(text: Buffer, at: number, offset: number, look: Look): readonly Sample[] {
  if (at < 0 || at >= text.length) return []
  const before = lastDated(text.subarray(0, at), offset, look)
  const next = text.indexOf(10, at)
  const after = next < 0 ? undefined : firstDated(text, next + 1, offset, look)
  return [before, after].filter((one) => one !== undefined)
}

function minutesBetween(a: Stamp, b: Stamp): number {
  const minutes = (one: Stamp): number => Date.UTC(one.year ?? 2020, one.month - 1, one.day, one.hour, one.minute) / 60_000
  return Math.abs(minutes(b) - minutes(a))
}
