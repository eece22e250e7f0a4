// Detection rules exported from Elastic as NDJSON: the `field: value` terms of their KQL. What narrows a term (a port) limits nothing; what is negated is named.
import type { StatedType } from "../claim.js"
import type { BulletinDraft } from "../draft.js"
import { isObject, type JsonObject, list, parseJson, string } from "../json.js"
import { techniquesIn } from "../marking.js"
import type { BulletinFormat } from "./format.js"

export const elasticRules: BulletinFormat = {
  name: "elastic-rules",
  title: "Elastic detection rules, NDJSON with KQL",
  recognize({ head }) {
    return /^\s*\{/.test(head) &&
      /"(?:rule_id|risk_score)"\s*:/.test(head) &&
      /"query"\s*:/.test(head) &&
      /"(?:language|index)"\s*:/.test(head)
      ? 0.95
      : 0
  },
  parse(input, draft) {
    let line = 0
    for (const text of input.text().split("\n")) {
      line++
      if (text.trim() === "") continue
      const where = `${input.name}:${line}`
      const parsed = parseJson(text)
      if (!("value" in parsed)) draft.problem(parsed.code, where, parsed.message)
      else if (isObject(parsed.value)) readRule(parsed.value, where, draft)
    }
  },
}

function readRule(rule: JsonObject, where: string, draft: BulletinDraft): void {
  const query = string(rule.query)
  if (query === undefined) return // the last line of an export counts the rules
  draft.published ??= string(rule.created_at) ?? null
  for (const reference of list(rule.references)) {
    if (typeof reference !== "string") continue
    draft.leave("url", reference, "indicator-reference", "a reference of a rule", where)
    draft.reference(reference)
  }
  const language = string(rule.language) ?? "kuery"
  if (language !== "kuery" && language !== "lucene") {
    draft.leave(language, query, "indicator-unsupported", `queries in ${language} are not hunted`, where)
    return
  }
  const techniques = techniquesIn(JSON.stringify(rule.threat ?? ""))
  const comment = string(rule.name)
  for (const { field, value, negated } of kqlTerms(query)) {
    const type = typeOf(field)
    if (type === "port") continue
    if (negated) draft.leave(field, value, "indicator-unsupported", `NOT ${field} names what is good, not what is bad`, where)
    else if (type === undefined) draft.leave(field, value, "indicator-unsupported", `${field} is not found in logs by its value`, where)
    else if (/[*?]/.test(value) && type !== "user-agent" && type !== "url")
      draft.leave(field, value, "indicator-unsupported", `a wildcard on ${field} is not hunted: only whole values are`, where)
    else draft.claim({ type, value, provenance: where, techniques, comment })
  }
}

interface Term {
  readonly field: string
  readonly value: string
  readonly negated: boolean
}

const termsMax = 100_000

/** The terms of a KQL query: `field: value`, `field: "value"`, `field: (a or b)`; NOT holds for what follows it directly. */
export function kqlTerms(query: string): readonly Term[] {
  const terms: Term[] = []
  const token = /\s+|(\bnot\b)|(\band\b|\bor\b)|([\w.@*-]+)\s*:\s*|"((?:[^"\\]|\\.)*)"|(\[[^\]]*\])|([()])|([^\s()":]+)/giy
  let field: string | undefined
  let negated = false
  let depth = 0
  const negatedAt: number[] = []
  const listAt: number[] = []
  for (let match = token.exec(query); match && terms.length < termsMax; match = token.exec(query)) {
    const [, not, , name, quoted, range, bracket, bare] = match
    if (not) negated = true
    else if (name) field = name
    else if (bracket === "(") {
      depth++
      if (negated) negatedAt.push(depth)
      if (field !== undefined) listAt.push(depth)
      negated = false
    } else if (bracket === ")") {
      if (negatedAt[negatedAt.length - 1] === depth) negatedAt.pop()
      if (listAt[listAt.length - 1] === depth) {
        listAt.pop()
        field = undefined
      }
      depth--
    } else if (quoted !== undefined || range !== undefined || bare !== undefined) {
      if (field !== undefined)
        terms.push({ field, value: range ?? bare ?? quoted!.replace(/\\(["\\])/g, "$1"), negated: negated || negatedAt.length > 0 })
      negated = false
      if (listAt.length === 0) field = undefined
    }
  }
  return terms
}

function typeOf(field: string): StatedType | "port" | undefined {
  const plain = field.toLowerCase()
  if (/\.port$|^event\.|^agent\.|^_|^network\./.test(plain)) return "port"
  if (/(?:^|\.)(?:hash\.)?md5$/.test(plain)) return "file:hashes.MD5"
  if (/(?:^|\.)(?:hash\.)?sha1$/.test(plain)) return "file:hashes.SHA-1"
  if (/(?:^|\.)(?:hash\.)?sha256$/.test(plain)) return "file:hashes.SHA-256"
  if (/(?:^|\.)(?:hash\.)?sha512$/.test(plain)) return "file:hashes.SHA-512"
  if (/\.(?:ip|nat\.ip|address)$/.test(plain)) return "host"
  if (/\.domain$|dns\.question\.(?:name|registered_domain)$|server_name$/.test(plain)) return "domain-name"
  if (/^url\.(?:full|original)$/.test(plain)) return "url"
  if (/email|email\.(?:from|to)\.address$/.test(plain)) return "email-addr"
  if (plain === "user_agent.original") return "user-agent"
  if (/^(?:file|process)\.(?:name|pe\.original_file_name)$/.test(plain)) return "file"
  if (/^(?:file\.path|process\.executable|dll\.path)$/.test(plain)) return "file:path"
  return undefined
}
