// YARA: digests of whole files, and names, addresses and strings inside files, with the boundaries of the matcher.
import type { Indicator } from "../../model/indicator.js"
import { type ObservableType, observableTypes } from "../../model/observable.js"
import { singleAddresses } from "./address-blocks.js"
import type { RuleExporter } from "./exporter.js"
import { comments, tameText } from "./header.js"
import { ofTypes } from "./in-order.js"
import { inChunks } from "./query.js"
import { remembered } from "./tame.js"

/** Strings in one rule: YARA's limit is 10,000 (yara -l max-strings-per-rule). */
const stringsMax = 5_000

export const yara: RuleExporter = {
  name: "yara",
  title: "YARA rules",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": { strengths: ["mention"], directions: "none", sees: "the address as text inside files" },
    "domain-name": { strengths: ["mention"], directions: "none", sees: "the name, or one below it, as text inside files" },
    url: { strengths: ["mention"], directions: "none", sees: "the URL as text inside files" },
    "email-addr": { strengths: ["mention"], directions: "none", sees: "the address as text inside files" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "whole files" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "whole files" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "whole files" },
  },
  inexpressible: ({ type, value }) =>
    type === "ipv4-addr" && singleAddresses(value, 1) === undefined ? "a network cannot be said as text" : undefined,
  render: ({ indicators, header }) => [{ name: "sillage.yar", content: ruleLines(indicators, comments("//", header)) }],
  checkers: [{ program: "yara", args: ["{file}", "{file}"] }],
}

const functions = { "file:hashes.MD5": "md5", "file:hashes.SHA-1": "sha1", "file:hashes.SHA-256": "sha256" } as const
const hashes = Object.keys(functions) as readonly ObservableType[]

function* ruleLines(indicators: readonly Indicator[], head: string): Iterable<string> {
  yield `${head}\nimport "hash"\n`
  const hashed = ofTypes(indicators, hashes)
  for (const [at, chunk] of inChunks(hashed, stringsMax).entries()) yield* hashRule(chunk, at + 1)
  const written = ofTypes(
    indicators,
    observableTypes.filter((type) => !hashes.includes(type)),
  )
  for (const [at, chunk] of inChunks(written, stringsMax).entries()) yield* textRule(chunk, at + 1)
}

function* hashRule(chunk: readonly Indicator[], number: number): Iterable<string> {
  yield `\nrule sillage_hash_${number}\n{\n  meta:\n    description = "file with a listed hash"\n${bulletins(chunk)}  condition:\n`
  const calls = chunk.map(({ type, value }) => `    hash.${functions[type as keyof typeof functions]}(0, filesize) == "${value}"`)
  yield `${calls.join(" or\n")}\n}\n`
}

function* textRule(chunk: readonly Indicator[], number: number): Iterable<string> {
  yield `\nrule sillage_text_${number}\n{\n  meta:\n    description = "listed value inside a file"\n${bulletins(chunk)}  strings:\n`
  for (const [at, { type, value }] of chunk.entries()) yield `    $v${at} = ${pattern(type, value)} ascii wide\n`
  yield "  condition:\n    any of them\n}\n"
}

function bulletins(chunk: readonly Indicator[]): string {
  const titles = [...new Set(chunk.map(({ bulletin }) => titleOf(bulletin)))].slice(0, 10)
  return titles.map((title, at) => `    bulletin_${at + 1} = "${title}"\n`).join("")
}

const titleOf = remembered((bulletin) => tameText(bulletin))

/** Semantics 4.1, 4.4, 4.5 and 4.7 in a language without look-around: the boundary is part of the match. */
function pattern(type: string, value: string): string {
  const text = literal(value)
  switch (type) {
    case "ipv4-addr":
      return `/(^|[^0-9A-Za-z.]|[^0-9A-Za-z]\\.)${text}($|[^0-9A-Za-z.]|\\.($|[^0-9A-Za-z]))/`
    case "domain-name":
      return `/(^|[^0-9A-Za-z_-])${text}($|[^0-9A-Za-z_.-]|\\.($|[^0-9A-Za-z_-]))/ nocase`
    case "url":
      return `/(^|[^0-9A-Za-z+.-])${text}($|[\\x00-\\x20"'<>|)\\]},;])/`
    default:
      return `/(^|[^0-9A-Za-z._%+-])${text}($|[^0-9A-Za-z_.-]|\\.($|[^0-9A-Za-z_-]))/ nocase`
  }
}

/** Letters and digits of ASCII taken literally, everything else as bytes. */
function literal(text: string): string {
  let out = ""
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 127) return Array.from(Buffer.from(text), (byte) => spellings[byte]).join("")
    out += spellings[code]
  }
  return out
}

const spellings = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte)
  return /[0-9A-Za-z]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, "0")}`
})
