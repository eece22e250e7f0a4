// One conversation of a capture, and the bounded table of those that are open.
import type { Side } from "./side.js"
import type { Stream } from "./stream.js"

/** What an ICMP error says of the packet that it is about. */
export interface Quoted {
  readonly source: string
  readonly destination: string
  readonly question?: string
  packets: number
}

export interface End {
  /** The address as four signed words; those that an IPv4 address does not need are 0. */
  readonly word: number
  readonly word1: number
  readonly word2: number
  readonly word3: number
  readonly port: number
  packets: number
  bytes: number
  /** TCP flags seen, ored; and of the first packet, -1 before it. */
  flags: number
  opening: number
  /** First payload, where no protocol was found. */
  sample: string
}

export interface Flow {
  readonly hash: number
  /** 4 or 6; 0 for frames without IP. */
  readonly version: number
  /** IP protocol, or EtherType. */
  readonly protocol: number
  /** Of the sender of the first packet, and of the other. */
  readonly ends: readonly [End, End]
  readonly vlan: number
  /** Ethernet addresses of the first packet, destination first, a character for a byte; "" if there are none. */
  readonly macs: string
  /** Order of the first packet among the file's flows, and its place. */
  readonly record: number
  readonly offset: number
  firstSeconds: number
  firstNanos: number
  lastSeconds: number
  lastNanos: number
  fragments: number
  /** Nothing in it is read any more: no known protocol, or read to its end. */
  opaque: boolean
  stream: Stream | undefined
  /** Name of the protocol found inside; "" if none was. */
  application: string
  /** Both ends as JSON members, and for which client and application they were written. */
  endsOf: Side | undefined
  endsWith: string
  endsText: string
  /** ICMP: type and code of the first message, and whom its errors quote. */
  icmp: number
  quoted: Map<string, Quoted> | undefined
  /** Next of the same hash. */
  next: Flow | undefined
}

/** Flows that are open at one time; beyond, the longest silent ones are closed. */
export const flowsMax = 65_536
/** Of `flowsMax`, closed at a time: sorting is paid by many packets. */
const evictedAtOnce = flowsMax >> 3

/** A five-tuple that is silent for so long and speaks again is another conversation. */
export const idleSecondsMax = { tcp: 3600, other: 300 } as const

export class FlowTable {
  readonly #heads = new Map<number, Flow>()
  readonly #limit: number
  #size = 0

  constructor(limit: number = flowsMax) {
    this.#limit = limit
  }

  head(hash: number): Flow | undefined {
    return this.#heads.get(hash)
  }

  /** The flows that had to be closed for it. */
  add(flow: Flow): readonly Flow[] {
    flow.next = this.#heads.get(flow.hash)
    this.#heads.set(flow.hash, flow)
    this.#size++
    if (this.#size <= this.#limit) return []
    const oldest = this.all()
      .sort((a, b) => a.lastSeconds - b.lastSeconds || a.record - b.record)
      .slice(0, Math.max(1, Math.min(evictedAtOnce, this.#limit >> 3)))
    for (const each of oldest) this.remove(each)
    return oldest
  }

  remove(flow: Flow): void {
    const head = this.#heads.get(flow.hash)
    if (head === flow) {
      if (flow.next) this.#heads.set(flow.hash, flow.next)
      else this.#heads.delete(flow.hash)
      this.#size--
    } else {
      for (let at = head; at; at = at.next) {
        if (at.next !== flow) continue
        at.next = flow.next
        this.#size--
        break
      }
    }
    flow.next = undefined
  }

  all(): Flow[] {
    const flows: Flow[] = []
    for (const head of this.#heads.values()) for (let at: Flow | undefined = head; at; at = at.next) flows.push(at)
    return flows
  }
}

export const tcpFlags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const

/**
 * Who began: the sender of a SYN; else, where the start was not captured, the one whose peer has the well-known port;
 * else the one who was seen first.
 */
export function initiator({ protocol, ends }: Flow): Side {
  const first = ends[0]
  const second = ends[1]
  if (protocol === 6) {
    const opening = first.opening & (tcpFlags.syn | tcpFlags.ack)
    if (opening === tcpFlags.syn) return 0
    if (opening === (tcpFlags.syn | tcpFlags.ack) || (second.opening & (tcpFlags.syn | tcpFlags.ack)) === tcpFlags.syn) return 1
  }
  if (protocol !== 6 && protocol !== 17) return 0
  return first.port < 1024 && second.port >= 1024 ? 1 : 0
}
