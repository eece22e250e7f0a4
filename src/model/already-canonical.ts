// Spellings that are their own canonical form, told by looking at each character once: most values of long lists are written so, and a million
// of them need no parser. A refusal says nothing: such a text is for the parser to judge.
import { parseIpv4 } from "./address.js"

const plainUrlMax = 2_000
const labelMax = 63
const nameMax = 253

/** Where the path begins of a URL that a parser would give back as it stands: a name as host, no port, nothing escaped. Otherwise -1. */
export function pathOfPlainUrl(text: string): number {
  if (text.length > plainUrlMax) return -1
  const host = text.startsWith("http://") ? 7 : text.startsWith("https://") ? 8 : -1
  const path = host < 0 ? -1 : endOfHost(text, host)
  return path >= 0 && isPlainPath(text, path) ? path : -1
}

/** Lower-case labels, none of them an A-label, the last one beginning with a letter: no number, and nothing to be mapped. */
function endOfHost(text: string, from: number): number {
  let label = from
  for (let at = from; at < text.length && at - from <= nameMax; at++) {
    const kind = hostKinds[text.charCodeAt(at)] ?? 0
    if (kind === inName) continue
    const endsPath = kind === slash
    if (!(kind === dot || endsPath) || at === label || at - label > labelMax || text.startsWith("xn--", label)) return -1
    if (endsPath) return isLowerLetter(text.charCodeAt(label)) ? at : -1
    label = at + 1
  }
  return -1
}

/** Characters that WHATWG's parser leaves alone in path and query, no segment of dots, no question mark without a query. */
function isPlainPath(text: string, from: number): boolean {
  let query = false
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 63) {
      if (at === text.length - 1) return false
      query = true
    } else if (code > 126 || pathKinds[code] === 0) return false
    else if (code === 46 && !query && text.charCodeAt(at - 1) === 47) return false
  }
  return true
}

const [inName, dot, slash] = [1, 2, 3]
const hostKinds = kindsOf((char) => (/[a-z0-9_-]/.test(char) ? inName : char === "." ? dot : char === "/" ? slash : 0))
const pathKinds = kindsOf((char) => Number(/[A-Za-z0-9._~!$&()*+,;=:@/-]/.test(char)))

function kindsOf(kindOf: (char: string) => number): Uint8Array {
  return Uint8Array.from({ length: 127 }, (_, code) => kindOf(String.fromCharCode(code)))
}

function isLowerLetter(code: number): boolean {
  return code >= 97 && code <= 122
}

/** An IPv6 address as RFC 5952 writes it, and not one that holds an IPv4 address (`::ffff:0:0/96`). */
export function isPlainIpv6(text: string): boolean {
  const groups: number[] = []
  let gap = -1
  let [group, digits] = [0, 0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 58) {
      const doubled = text.charCodeAt(at + 1) === 58
      // A colon stands behind a group; two of them, once, stand for groups of zero, also at either end.
      if (digits === 0 && !(at === 0 && doubled)) return false
      if (digits > 0) groups.push(group)
      if (doubled) {
        if (gap >= 0) return false
        gap = groups.length
        at++
      } else if (at === text.length - 1) return false
      group = digits = 0
    } else {
      const value = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1
      if (value < 0 || digits === 4 || (digits > 0 && group === 0)) return false
      group = group * 16 + value
      digits++
    }
  }
  if (digits > 0) groups.push(group)
  const missing = 8 - groups.length
  if (gap < 0 ? missing !== 0 : missing < 2) return false
  if (gap >= 0) groups.splice(gap, 0, ...Array<number>(missing).fill(0))
  const mapped = groups[5] === 0xffff && groups.every((one, place) => place > 4 || one === 0)
  return !mapped && gap === longestZeros(groups) && (gap < 0 || groups[gap + missing] !== 0)
}

/** Where the first of the longest runs of at least two zeros begins, -1 where there is none (RFC 5952 section 4.2). */
function longestZeros(groups: readonly number[]): number {
  let [best, length] = [-1, 1]
  for (let at = 0; at < groups.length; at++) {
    let end = at
    while (groups[end] === 0) end++
    if (end - at > length) [best, length] = [at, end - at]
    if (end > at) at = end
  }
  return best
}

/** The two ends of `a.b.c.d/n` with clear host bits and more than one address; undefined for all else. */
export function plainIpv4Network(text: string): { readonly first: number; readonly last: number } | undefined {
  const slash = text.indexOf("/")
  const digits = text.length - slash - 1
  if (slash < 0 || digits < 1 || digits > 2) return undefined
  const tens = digits === 2 ? text.charCodeAt(slash + 1) - 48 : 0
  const ones = text.charCodeAt(text.length - 1) - 48
  if (!(tens >= 0 && tens <= 3 && ones >= 0 && ones <= 9) || (digits === 2 && tens === 0)) return undefined
  const prefix = 10 * tens + ones
  if (prefix > 31) return undefined
  const first = parseIpv4(text.slice(0, slash))
  const size = 2 ** (32 - prefix)
  return first === undefined || first % size !== 0 ? undefined : { first, last: first + size - 1 }
}
