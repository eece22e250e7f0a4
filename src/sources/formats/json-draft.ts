// A JSON object on one line: the kinds that are known by their keys, else plain keys.
import type { Draft } from "./draft.js"
import { endpoint } from "./endpoint.js"
import { flatten } from "./json/flatten.js"
import { jsonKinds } from "./json/index.js"
import { type Entry, plainDraft } from "./plain-keys.js"
import { sentenceDraft } from "./sentence.js"
import { outcomeOf } from "./verdict.js"

/** Reads the line of another log inside a JSON wrapper. */
export type InnerLine = (line: string) => Draft

/** Undefined if the line is no JSON object. */
export function jsonDraft(line: string, inner: InnerLine): Draft | undefined {
  const object = parseObject(line)
  return object && objectDraft(object, line, inner)
}

export function objectDraft(object: Readonly<Record<string, unknown>>, line: string, inner: InnerLine): Draft {
  for (const kind of jsonKinds) {
    if (!kind.is(object)) continue
    const draft = kind.draft(object, line, inner)
    if (draft) return { format: kind.name, ...draft }
  }
  return plainObject(object, line)
}

/** ECS names, and keys that mean the same everywhere. */
export function plainObject(object: Readonly<Record<string, unknown>>, line: string): Draft {
  const entries = exactNumbers(flatten(object), line)
  const draft = plainDraft(entries)
  const said = sentenceOf(entries)
  if (!said) return { format: "json-lines", ...draft }
  const fields = { ...said.fields, ...draft.fields }
  const outcome = draft.outcome ?? said.outcome
  const service = said.exchange === "service" && fields["destination.ip"] === undefined ? "service" : draft.exchange
  return { format: "json-lines", ...draft, fields, ...(outcome && { outcome }), ...(service && { exchange: service }) }
}

/** The object on a line, or the single one in a list or after a prefix such as a trailing comma of a pretty-printed list. */
export function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  const text = line.trim().replace(/,$/, "")
  const value = parseJson(text)
  const only = Array.isArray(value) && value.length === 1 ? value[0] : value
  return typeof only === "object" && only !== null && !Array.isArray(only) ? (only as Record<string, unknown>) : undefined
}

/** Brackets nested deeper than this are an attack on the parser, not a record. */
const nestingMax = 200

function parseJson(text: string): unknown {
  if (/^(?:[^[{]*[[{]){201}/.test(text) && deepest(text) > nestingMax) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not JSON: absence, another form is tried
  }
}

function deepest(text: string): number {
  let depth = 0
  let most = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5b || code === 0x7b) most = Math.max(most, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return most
}

/** Integers beyond 2^53 lose digits in JSON.parse: nanosecond stamps are taken from the text. */
function exactNumbers(entries: readonly Entry[], line: string): readonly Entry[] {
  return entries.map((entry) => {
    if (typeof entry.value !== "number" || Math.abs(entry.value) <= Number.MAX_SAFE_INTEGER) return entry
    const name = entry.key.slice(entry.key.lastIndexOf(".") + 1).replace(/[^\w@-]/g, "")
    const digits = new RegExp(`"${name}"\\s*:\\s*(\\d{16,20})`).exec(line)?.[1]
    return digits === undefined ? entry : { key: entry.key, value: digits }
  })
}

/** What the message of an application says, where its keys name no source. */
function sentenceOf(entries: readonly Entry[]): Draft | undefined {
  const source = entries.some(({ key, value }) => /ip|addr|src|client|remote|peer/i.test(key) && endpoint(String(value)).ip !== undefined)
  const message = entries.find(
    ({ key, value }) => /^(?:.*\.)?(?:message|msg|log|short_message|full_message|error|text|body)$/i.test(key) && typeof value === "string",
  )
  if (!message) return undefined
  const said = sentenceDraft(String(message.value), {})
  if (!source) return said
  return outcomeOf(String(message.value)) === "unknown"
    ? undefined
    : { fields: said.fields["user.name"] ? { "user.name": said.fields["user.name"] } : {}, outcome: said.outcome, exchange: said.exchange }
}
