// Any bulletin in: recognises the format from the content, reads it, and hands back what it says. Nothing invented, nothing lost.
import type { Bulletin } from "../model/bulletin.js"
import type { Indicator } from "../model/indicator.js"
import { isObservableType } from "../model/observable.js"
import type { Problem } from "../model/problem.js"
import type { StatedType } from "./claim.js"
import { kindOfWord } from "./columns.js"
import { decodePieces, decodeText, textBytesMax } from "./decode.js"
import { BulletinDraft } from "./draft.js"
import type { BulletinFormat, BulletinInput } from "./formats/format.js"
import { bulletinFormats } from "./formats/index.js"
import { qualityMarks } from "./quality.js"
import { restWindow } from "./rest-window.js"
import { readValue } from "./value.js"

export interface IntakeOptions {
  /** Reads as this format instead of recognising one. */
  readonly format?: string
  /** Of the whole document, where only its first bytes are given. */
  readonly size?: number
}

/** Attachments and archives inside one another. */
export const partsDepthMax = 5
const headBytes = 64 * 1024
const noise = 0.01

/** Reads a bulletin from its bytes; `name` is its file name or address. Never throws on input. */
export function readBulletin(name: string, bytes: Uint8Array, options: IntakeOptions = {}): Promise<Bulletin> {
  return readAt(name, bytes, options, 0)
}

/** The format that a document would be read as; undefined if none is sure at all. */
export function recognizeBulletin(name: string, bytes: Uint8Array): BulletinFormat | undefined {
  return recognized(inputOf(name, bytes, new BulletinDraft(name), 0))
}

/** Reads `--indicator VALUE` or `TYPE=VALUE`. */
export function parseIndicator(text: string): { readonly indicator: Indicator } | { readonly problem: Problem } {
  const unsupported =
    /^\s*(mutex|regkey|registry-key|windows-registry-key|process|yara|sigma|snort|cve|vulnerability|asn?|imphash|ssdeep|tlsh|pdb|btc)(?::[\w.]+)?=(.*)$/is.exec(
      text,
    )
  if (unsupported)
    return {
      problem: {
        code: "indicator-unsupported",
        where: "command line",
        value: unsupported[2]!,
        message: `${unsupported[1]} is not found in logs by its value`,
      },
    }
  const stated = statedType(text)
  const value = stated ? text.slice(text.indexOf("=") + 1) : text
  const reading = readValue(stated ?? "any", value)
  if ("code" in reading)
    return { problem: { code: reading.code, where: "command line", value: value.trim() === "" ? "" : value, message: reading.reason } }
  const { found } = reading
  const indicator: Indicator = {
    type: found.type,
    value: found.value,
    bulletin: "command line",
    marks: [...qualityMarks(found), ...found.marks],
    provenance: "command line",
  }
  return { indicator: value === found.value ? indicator : { ...indicator, original: value } }
}

function statedType(text: string): StatedType | undefined {
  const word = /^\s*([a-z][\w:.-]*)=/i.exec(text)?.[1]
  if (word === undefined) return undefined
  if (isObservableType(word)) return word
  return kindOfWord(word)
}

async function readAt(name: string, bytes: Uint8Array, options: IntakeOptions, depth: number): Promise<Bulletin> {
  const draft = new BulletinDraft(name)
  const size = options.size ?? bytes.length
  if (size > bytes.length) draft.problem("limit", name, cutMessage(size))
  const input = inputOf(name, bytes, draft, depth, size)
  const format = options.format === undefined ? recognized(input) : bulletinFormats.find((one) => one.name === options.format)
  if (!format) {
    draft.problem(
      "unsupported",
      name,
      options.format === undefined ? "no bulletin format recognises this content" : `there is no bulletin format ${options.format}`,
    )
    return draft.finish("unknown")
  }
  await format.parse(input, draft)
  return restWindow(draft.finish(format.name))
}

function recognized(input: BulletinInput): BulletinFormat | undefined {
  let best: BulletinFormat | undefined
  let bestScore = noise
  for (const format of bulletinFormats) {
    const score = format.recognize(input)
    if (score > bestScore) {
      best = format
      bestScore = score
    }
  }
  return best
}

function cutMessage(size: number): string {
  return `only the first ${textBytesMax / 1024 / 1024} MB of ${size} bytes were read; split the document`
}

function inputOf(name: string, bytes: Uint8Array, draft: BulletinDraft, depth: number, size = bytes.length): BulletinInput {
  let whole: string | undefined
  return {
    name,
    bytes,
    head: decodeText(bytes, headBytes).text,
    text() {
      if (whole === undefined) {
        const { text, cut } = decodeText(bytes)
        whole = text
        if (cut && size === bytes.length) draft.problem("limit", name, cutMessage(size))
      }
      return whole
    },
    pieces: () => decodePieces(bytes),
    async readPart(part, partBytes) {
      return depth >= partsDepthMax ? undefined : await readAt(`${name}!/${part}`, partBytes, {}, depth + 1)
    },
  }
}
