// A slow, obvious reading of semantics 4 to 6 over plain text: tries every indicator at every position. Knows no escape, no table, no kernel.
// It says "open" where a rule beyond its plain ones decides (networks and ranges in the log, IPv6 around an IPv4 address, odd labels).
import type { Indicator } from "../../src/model/indicator.js"

export type Verdict = "hit" | "none" | "open"

export function oracle(indicator: Pick<Indicator, "type" | "value">, line: string): Verdict {
  const verdicts = positionsOf(indicator, line).map((at) => judgeAt(indicator, line, at))
  if (verdicts.includes("hit")) return "hit"
  return verdicts.includes("open") ? "open" : "none"
}

function positionsOf({ type, value }: Pick<Indicator, "type" | "value">, line: string): readonly number[] {
  if (type === "ipv4-addr" && value.includes("/")) return [...line.matchAll(/(?=\d+\.\d+\.\d+\.\d+)/g)].map((match) => match.index)
  const folded = line.toLowerCase()
  const found: number[] = []
  for (let at = folded.indexOf(value); at >= 0; at = folded.indexOf(value, at + 1)) found.push(at)
  return found
}

function judgeAt({ type, value }: Pick<Indicator, "type" | "value">, line: string, at: number): Verdict {
  if (type === "ipv4-addr" && value.includes("/")) return network(value, line, at)
  if (type === "ipv4-addr") return address(line, at, at + value.length)
  if (type === "domain-name") return domain(value, line, at)
  if (type === "email-addr") return mail(value, line, at)
  return digest(line, at, at + value.length)
}

const letterOrDigit = /[\p{L}\p{N}]/u
const isWord = (char: string | undefined): boolean => char !== undefined && letterOrDigit.test(char)

/** Rule 4.1, and 4.2 for what stands glued behind. */
function address(line: string, from: number, to: number): Verdict {
  // Leading zeros have a rule of their own (5.2).
  if (line[from - 1] === "0" && /(?:^|[^\p{L}\p{N}])0+$/u.test(line.slice(0, from))) return "open"
  const before = line[from - 1]
  if (isWord(before) || (before === "." && isWord(line[from - 2]))) return "none"
  if (isWord(line[to])) return "none"
  if (line[to] === "." && isWord(line[to + 1])) return /\d/.test(line[to + 1] ?? "") ? "open" : "none"
  if (before === "-" || line[to] === "-" || line[to] === "/" || before === ":" || before === ".") return "open"
  return "hit"
}

/** Rule 5.4 for addresses; networks in the log are open. */
function network(value: string, line: string, at: number): Verdict {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)/.exec(line.slice(at))
  if (!match) return "none"
  const octets = match.slice(1).map(Number)
  if (octets.some((octet) => octet > 255)) return "none"
  const place = address(line, at, at + match[0].length)
  if (place === "none") return "none"
  if (match.slice(1).some((text) => text.length > 1 && text.startsWith("0"))) return "open"
  const [base, prefix] = value.split("/") as [string, string]
  const number = (parts: readonly number[]): number => parts.reduce((sum, part) => sum * 256 + part, 0)
  const size = 2 ** (32 - Number(prefix))
  const first = number(base.split(".").map(Number))
  return number(octets) >= first && number(octets) < first + size ? place : place === "open" ? "open" : "none"
}

/** Rules 4.4 and 5.6: the whole run of name characters, compared label by label from the right. */
function domain(value: string, line: string, at: number): Verdict {
  const run = runAround(line, at, /[\p{L}\p{N}_.-]/u)
  const name = run.text.toLowerCase().replace(/\.$/, "")
  if (run.text.includes("..") || /(?:^|\.)-|-(?:\.|$)|^\.|[^\p{ASCII}]/u.test(run.text)) return "open"
  if (name !== value && !name.endsWith(`.${value}`)) return "none"
  if (line[run.to] === "@") return "open"
  const before = line[run.from - 1]
  if (before === "/") return line[run.from - 2] === "/" ? "hit" : "open"
  return "hit"
}

/** Rules 4.7 and 5.13: the local part is the whole run before the sign, the domain the whole run of name characters behind it. */
function mail(value: string, line: string, at: number): Verdict {
  const sign = at + value.indexOf("@")
  const local = runAround(line, sign - 1, /[A-Za-z0-9._%+-]/).text
  const name = runAround(line, sign + 1, /[\p{L}\p{N}_.-]/u)
  if (/^\.|\.\.|\.$/.test(local) || /\.\.|(?:^|\.)-|-(?:\.|$)|^\.|[^\p{ASCII}]/u.test(name.text) || line[name.to] === "@") return "open"
  return `${local}@${name.text}`.toLowerCase().replace(/\.$/, "") === value ? "hit" : "none"
}

/** Rule 4.6. */
function digest(line: string, from: number, to: number): Verdict {
  return isWord(line[from - 1]) || isWord(line[to]) ? "none" : "hit"
}

function runAround(line: string, at: number, kind: RegExp): { readonly text: string; readonly from: number; readonly to: number } {
  let from = at
  let to = at
  while (from > 0 && kind.test(line[from - 1] as string)) from--
  while (to < line.length && kind.test(line[to] as string)) to++
  return { text: line.slice(from, to), from, to }
}
