// What of a capture cannot be searched: told once for each kind, how often and where first.
import type { ProblemCode } from "../../../../model/problem.js"

const kinds = {
  "packet-cut": ["truncated", "a packet was captured without its end: what was cut off is not searched"],
  "header-damaged": ["malformed", "the headers of a packet are damaged or cut off: what follows them is not searched"],
  fragment: ["unsupported", "a packet came in fragments, which are not put together: what stands in the later ones is not searched"],
  "tunnel-depth": ["limit", "tunnels stand within each other too deep: the innermost is not entered"],
  "segments-late": ["limit", "a segment came too late or not at all: what stood around it in its connection is not searched"],
  "segments-missing": ["truncated", "segments of a connection are missing: what stood around them is not searched"],
  "http-head": ["limit", "an HTTP head is too long: the rest of it is not searched"],
  "http-between": ["unsupported", "what stands between two HTTP messages (trailers, more than was announced) is not searched"],
  "http-pieces": ["malformed", "the pieces of an HTTP body are damaged: what follows up to the next message is not searched"],
  "dns-damaged": ["malformed", "a DNS message is damaged or cut off: what follows in it is not searched"],
  "dns-stream": ["malformed", "a DNS connection ends within a message, or holds something else: that is not searched"],
  "tls-long": ["limit", "a TLS handshake is too long: the rest of it is not searched"],
  "tls-damaged": ["malformed", "a TLS handshake is damaged or ends early: not all of its names and fingerprints are searched"],
  "line-long": ["limit", "a line of SMTP or FTP is too long: only its end is searched"],
  bdat: ["unsupported", "a mail was sent in pieces (BDAT), which are not read: only its envelope is searched"],
  interfaces: ["limit", "a section describes too many interfaces: packets of the further ones are not searched"],
  block: ["unsupported", "a block of a kind that holds no packets is not searched"],
  "block-damaged": ["malformed", "the options or names in a block contradict its length: those that follow are not searched"],
} as const satisfies Readonly<Record<string, readonly [ProblemCode, string]>>

export type Loss = keyof typeof kinds

export class Losses {
  readonly #found = new Map<Loss, { times: number; readonly offset: number }>()

  add(kind: Loss, offset: number): void {
    const known = this.#found.get(kind)
    if (known) known.times++
    else this.#found.set(kind, { times: 1, offset })
  }

  report(report: (code: ProblemCode, offset: number, message: string) => void): void {
    for (const [kind, { times, offset }] of this.#found) {
      const [code, message] = kinds[kind]
      report(code, offset, times === 1 ? message : `${message} (${times} times, here first)`)
    }
  }
}
