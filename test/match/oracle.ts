// A slow, obvious reading of semantics 4 to 6 over plain text: tries every indicator at every position. Knows no escape, no table, no kernel.
// It says "open" where a rule beyond its plain ones decides (networks and ranges in the log, words glued to IPv6, URLs without a scheme).
import type { Indicator } from "../../src/model/indicator.js"

export type Verdict = "hit" | "none" | "open"

type Value = Pick<Indicator, "type" | "value">

export function oracle({ type, value }: Value, line: string): Verdict {
  switch (type) {
    case "ipv4-addr":
      return strongest([...ipv4(value, line), ...ipv6(value, line)])
    case "ipv6-addr":
      return strongest(ipv6(value, line))
    case "domain-name":
      return strongest(names(value, line))
    case "email-addr":
      return strongest(each(value, line.toLowerCase(), (at) => mail(value, line, at)))
    case "url":
      return strongest(urls(value, line))
    case "file:name":
    case "file:path":
      return strongest(files(value, line))
    case "user-agent":
      return strongest(agents(value, line))
    case "x-ja4":
      return strongest(
        each(value, line.toLowerCase(), (at) => (runAround(line, at, nameChar).text.toLowerCase() === value ? "hit" : "none")),
      )
    default:
      return strongest([...each(value, line.toLowerCase(), (at) => digest(line, at, at + value.length)), ...pairs(value, line)])
  }
}

function strongest(verdicts: readonly Verdict[]): Verdict {
  return verdicts.includes("hit") ? "hit" : verdicts.includes("open") ? "open" : "none"
}

function each(value: string, text: string, judge: (at: number) => Verdict): readonly Verdict[] {
  const found: Verdict[] = []
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) found.push(judge(at))
  return found
}

const letterOrDigit = /[\p{L}\p{N}]/u
const nameChar = /[\p{L}\p{M}\p{N}_.-]/u
const isWord = (char: string | undefined): boolean => char !== undefined && letterOrDigit.test(char)

// ---------- addresses

/** Rules 4.1, 5.2 and 5.4, at every place where four dotted numbers stand. */
function ipv4(value: string, line: string): readonly Verdict[] {
  const [first, last] = range4(value)
  return [...line.matchAll(/(?=(?<![0-9])([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+))/g)].map((match) => {
    const parts = match.slice(1) as string[]
    const place = address(line, match.index, match.index + parts.join(".").length)
    // Leading zeros have a rule of their own.
    if (place === "none" || parts.some((part) => part.length > 1 && part.startsWith("0"))) return place === "none" ? "none" : "open"
    const octets = parts.map(Number)
    if (octets.some((octet) => octet > 255)) return "none"
    const number = octets.reduce((sum, octet) => sum * 256 + octet, 0)
    return number >= first && number <= last ? place : place === "open" ? "open" : "none"
  })
}

function range4(value: string): readonly [number, number] {
  const number = (text: string): number => text.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0)
  const [base, end] = value.split("-") as [string, string | undefined]
  if (end !== undefined) return [number(base), number(end)]
  const [start, prefix] = base.split("/") as [string, string | undefined]
  return [number(start), number(start) + (prefix === undefined ? 1 : 2 ** (32 - Number(prefix))) - 1]
}

/** Rule 4.1, and what 4.2 and 5.4 say of what stands glued behind. */
function address(line: string, from: number, to: number): Verdict {
  const before = line[from - 1]
  if (isWord(before) || (before === "." && isWord(line[from - 2]))) return "none"
  if (isWord(line[to])) return "none"
  if (line[to] === "." && isWord(line[to + 1])) return /\d/.test(line[to + 1] ?? "") ? "open" : "none"
  if (before === "-" || line[to] === "-" || line[to] === "/" || before === ":" || before === ".") return "open"
  return "hit"
}

/** Rules 4.3 and 5.1: runs of hex digits, colons and dots, read by the platform's own URL parser. */
function ipv6(value: string, line: string): readonly Verdict[] {
  return [...line.matchAll(/[0-9A-Fa-f:.]+/g)].flatMap(({ 0: run, index }): readonly Verdict[] => {
    if ((run.match(/:/g) ?? []).length < 2) return []
    const end = index + run.length
    const before = line[index - 1]
    const number = ipv6Number(run) ?? ipv6Number(run.replace(/[:.]$/, ""))
    if (isWord(before) || isWord(line[end]) || line[end] === "/" || line[end] === "-" || before === "-") return ["open"]
    if (number === undefined) return [/::|(?:[0-9A-Fa-f]+:){6}/.test(run) ? "open" : "none"]
    // As MAC addresses of eight bytes are written.
    if (/^(?:[0-9a-f]{2}:){7}[0-9a-f]{2}$/i.test(run)) return ["none"]
    const [first, last] = range6(value)
    return [number >= first && number <= last ? "hit" : "none"]
  })
}

function ipv6Number(text: string): bigint | undefined {
  let host: string
  try {
    host = new URL(`http://[${text}]/`).hostname.slice(1, -1)
  } catch {
    return undefined // no address to the platform
  }
  const [head = "", tail] = host.split("::")
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"))
  const missing = 8 - groups(head).length - groups(tail ?? "").length
  const all = [...groups(head), ...Array<string>(tail === undefined ? 0 : missing).fill("0"), ...groups(tail ?? "")]
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

/** IPv4 as its mapped addresses; NAT64 is the same address too, but no line here has any. */
function range6(value: string): readonly [bigint, bigint] {
  if (!value.includes(":")) {
    const [first, last] = range4(value)
    return [(0xffffn << 32n) + BigInt(first), (0xffffn << 32n) + BigInt(last)]
  }
  const [start, prefix] = value.split("/") as [string, string | undefined]
  const first = ipv6Number(start) as bigint
  return [first, first + (1n << BigInt(128 - Number(prefix ?? 128))) - 1n]
}

// ---------- names, mail, URLs

/** Rules 4.4 and 5.6: the whole run of name characters, compared label by label from the right. */
function names(value: string, line: string): readonly Verdict[] {
  return [...line.matchAll(/[\p{L}\p{M}\p{N}_.-]+/gu)].map(({ 0: run, index }) => {
    const end = index + run.length
    if (run.includes("..") || /(?:^|\.)-|-(?:\.|$)|^\./u.test(run)) return "open"
    const written = run.toLowerCase().replace(/\.$/, "")
    const name = /[^\p{ASCII}]/u.test(written) ? byPlatform(written) : written
    if (name === undefined) return "open"
    if (name !== value && !name.endsWith(`.${value}`)) return "none"
    if (line[end] === "@") return "open"
    if (line[index - 1] === "/") return line[index - 2] === "/" ? "hit" : "open"
    return "hit"
  })
}

function byPlatform(name: string): string | undefined {
  try {
    return new URL(`http://${name}/`).hostname
  } catch {
    return undefined // no name to the platform
  }
}

/** Rules 4.7 and 5.13: the local part is the whole run before the sign, the domain the whole run of name characters behind it. */
function mail(value: string, line: string, at: number): Verdict {
  const sign = at + value.indexOf("@")
  const local = runAround(line, sign - 1, /[A-Za-z0-9._%+-]/).text
  const name = runAround(line, sign + 1, nameChar)
  if (/^\.|\.\.|\.$/.test(local) || /\.\.|(?:^|\.)-|-(?:\.|$)|^\.|[^\p{ASCII}]/u.test(name.text) || line[name.to] === "@") return "open"
  return `${local}@${name.text}`.toLowerCase().replace(/\.$/, "") === value ? "hit" : "none"
}

/** Rules 4.5 and 5.9 to 5.12 for URLs that state `http` or `https`; a host that stands otherwise is open. */
function urls(value: string, line: string): readonly Verdict[] {
  const wanted = new URL(value)
  const verdicts = [...line.matchAll(/https?:\/\//gi)].map(({ index }): Verdict => {
    if (/[\p{L}\p{N}+.-]/u.test(line[index - 1] ?? "") || /[=,;]/.test(line[index - 1] ?? "")) return "open"
    const whole = /^[^\s"'`<>|\x7f\u00ab\u00bb\u2018-\u201f\u2039\u203a]*/u.exec(line.slice(index))?.[0] ?? ""
    if (/[([{}\])\\@%,;]|:\/\/.*:\/\//.test(whole) || /[^\p{ASCII}]/u.test(whole)) return "open"
    let seen: URL
    try {
      seen = new URL(whole.replace(/[.,;:!?]+$/, ""))
    } catch {
      return "open"
    }
    if (seen.hostname.replace(/\.$/, "") !== wanted.hostname || seen.port !== wanted.port) return "none"
    if (seen.pathname + seen.search === wanted.pathname + wanted.search) return "hit"
    if (wanted.search !== "") return "none"
    if (seen.pathname === wanted.pathname && seen.search !== "") return "hit"
    return wanted.pathname.endsWith("/") && seen.pathname.startsWith(wanted.pathname) ? "hit" : "none"
  })
  const elsewhere = line.replace(/https?:\/\/[^\s"'`<>|]*/gi, " ").toLowerCase()
  if (elsewhere.includes(wanted.hostname) || /[^\p{ASCII}]/u.test(line)) verdicts.push("open")
  return verdicts
}

// ---------- digests, files, user agents

/** Rule 4.6. */
function digest(line: string, from: number, to: number): Verdict {
  return isWord(line[from - 1]) || isWord(line[to]) ? "none" : "hit"
}

/** Rule 4.6 again: pairs with one separator throughout; where more pairs stand beside them is open. */
function pairs(value: string, line: string): readonly Verdict[] {
  const twos = value.match(/../g) as string[]
  return [":", "-", " "].flatMap((separator) =>
    each(twos.join(separator), line.toLowerCase(), (at) => {
      const end = at + value.length + twos.length - 1
      if (isWord(line[at - 1]) || isWord(line[end])) return "none"
      return line[at - 1] === separator || line[end] === separator ? "open" : "hit"
    }),
  )
}

/** Rules 4.8 and 5.14. Names and Windows paths ignore case and the kind of separator; POSIX paths do not. */
function files(value: string, line: string): readonly Verdict[] {
  const posix = value.startsWith("/")
  const fold = (text: string): string => (posix ? text : text.replace(/[\\/]+/g, "/").toLowerCase())
  const text = fold(line)
  const isFile = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_.-]/u.test(char)
  return each(fold(value), text, (at) => {
    const end = at + value.length
    const next = text[end]
    if (isFile(text[at - 1])) return "none"
    if (next === "." && isFile(text[end + 1])) return text[end + 1] === "." ? "open" : "none"
    if (next !== "." && isFile(next)) return "none"
    return next === "/" || next === "\\" ? "open" : "hit"
  })
}

/** One whole quoted value, or the whole text. */
function agents(value: string, line: string): readonly Verdict[] {
  if (line.trim() === value) return ["hit"]
  return each(value, line, (at) => {
    const around = [line[at - 1], line[at + value.length]]
    return around.every((char) => char === undefined || /["'`\t|]/.test(char)) ? "hit" : "none"
  })
}

function runAround(line: string, at: number, kind: RegExp): { readonly text: string; readonly from: number; readonly to: number } {
  let from = at
  let to = at
  while (from > 0 && kind.test(line[from - 1] as string)) from--
  while (to < line.length && kind.test(line[to] as string)) to++
  return { text: line.slice(from, to), from, to }
}
