// Turns packets into records: flows, DNS messages, HTTP exchanges, TLS handshakes, mail envelopes. Memory is bounded by the flow table and one budget.

import type { ProblemCode } from "../../../../model/problem.js"
import type { DecodedRecord } from "../../../log-format.js"
import type { PacketSink } from "./capture-file.js"
import { ftpApplication, smtpApplication } from "./dialogue.js"
import { readDns, sixAddress } from "./dns-message.js"
import { type End, type Flow, FlowTable, idleSecondsMax, initiator, type Quoted, tcpFlags } from "./flow.js"
import { afterType, emptyLayers, ethernet, findNetwork, type Layers, linkTypes } from "./frame.js"
import { HttpConnection, type HttpExchange, isHttpRequest, isHttpResponse } from "./http.js"
import { be16, be32, u8 } from "./integers.js"
import { type Loss, Losses } from "./losses.js"
import type { Side } from "./side.js"
import { type Application, type Budget, Stream, type Time } from "./stream.js"
import { isTlsHandshake, tlsApplication } from "./tls.js"
import * as write from "./write.js"

/** Bytes held back for all connections together, waiting for missing segments. */
export const heldBytesMax = 64 * 1024 * 1024
/** Tunnels within tunnels. */
const tunnelDepthMax = 4
/** Printable start of what no parser reads, of each side. */
const sampleBytesMax = 512
/** Peers quoted in the ICMP errors of one flow, written at a time. */
const quotedMax = 64
/** Segments of each side that are looked at for a known protocol. */
const detectionsMax = 4

export interface CaptureOptions {
  /** Flows open at one time. */
  readonly flowsMax?: number
}

export class Capture implements PacketSink {
  readonly #report: (code: ProblemCode, offset: number, message: string) => void
  readonly #table: FlowTable
  readonly #budget: Budget = { used: 0, max: heldBytesMax }
  readonly #layers: Layers = emptyLayers()
  readonly #unknownLinks = new Set<number>()
  readonly #losses = new Losses()
  readonly #lose = (kind: Loss): void => this.#losses.add(kind, this.#offset)
  /** Addresses of the packet at hand, as signed words; a flow keeps a copy. */
  readonly #from: number[] = [0, 0, 0, 0]
  readonly #to: number[] = [0, 0, 0, 0]
  #out: DecodedRecord[] = []
  #records = 0
  #flows = 0
  #evicted = 0
  #lastMacs = ""
  /** Of the packet at hand. */
  #seconds = 0
  #nanos = 0
  #offset = 0
  /** That of the packet before: many follow each other in one. */
  #lastFlow: Flow | undefined
  /** Not captured whole, which is told once and explains the damage that follows from it. */
  #isCut = false
  #damagedAt = -1
  /** The side of its flow that sent it. */
  #side: Side = 0

  constructor(report: (code: ProblemCode, offset: number, message: string) => void, options: CaptureOptions = {}) {
    this.#report = report
    this.#table = new FlowTable(options.flowsMax)
  }

  /** Records made since the last call. */
  take(): DecodedRecord[] {
    const records = this.#out
    this.#out = []
    return records
  }

  packet(
    linkType: number,
    seconds: number,
    nanos: number,
    bytes: Buffer,
    start: number,
    end: number,
    wireBytes: number,
    offset: number,
  ): void {
    this.#seconds = seconds
    this.#nanos = nanos
    this.#offset = offset
    if (!linkTypes.has(linkType) && !this.#unknownLinks.has(linkType)) {
      this.#unknownLinks.add(linkType)
      this.#report("unsupported", offset, `frames of link type ${linkType} are not read`)
    }
    this.#isCut = wireBytes > end - start
    if (this.#isCut && offset !== this.#damagedAt) this.#lose("packet-cut")
    const layers = this.#layers
    if (!findNetwork(layers, linkType, bytes, start, end)) {
      this.#frame(layers, bytes, start, end, 0)
      return
    }
    this.#network(layers, bytes, 0)
  }

  note(seconds: number, nanos: number, text: Readonly<Record<string, unknown>>, offset: number): void {
    this.#emit(JSON.stringify({ "@timestamp": write.instant(seconds, nanos), ...text }), offset)
  }

  damaged(code: ProblemCode, offset: number, message: string): void {
    this.#damagedAt = offset
    this.#report(code, offset, message)
  }

  lose(kind: Loss, offset: number): void {
    this.#losses.add(kind, offset)
  }

  #loseHeaders(): void {
    if (!this.#isCut) this.#lose("header-damaged")
  }

  /** Closes all flows, in the order in which they began. */
  finish(): void {
    for (const flow of this.#table.all().sort((a, b) => a.record - b.record)) this.#close(flow)
    if (this.#evicted > 0)
      this.#report(
        "limit",
        this.#offset,
        `${this.#evicted} flows were closed early, since more were open at one time than can be kept: a longer one of them comes in parts`,
      )
    this.#losses.report(this.#report)
  }

  #network(layers: Layers, bytes: Buffer, depth: number): void {
    if (layers.version === 4) this.#ipv4(layers, bytes, depth)
    else if (layers.version === 6) this.#ipv6(layers, bytes, depth)
    else this.#frame(layers, bytes, layers.start, layers.end, layers.etherType)
  }

  #ipv4(layers: Layers, bytes: Buffer, depth: number): void {
    const { start } = layers
    if (start + 20 > layers.end) {
      this.#loseHeaders()
      return
    }
    const headerBytes = (u8(bytes, start) & 15) * 4
    const total = be16(bytes, start + 2)
    // Offloading leaves a total of 0; trailers of Ethernet stand behind the total.
    const end = total >= headerBytes ? Math.min(start + total, layers.end) : layers.end
    if (headerBytes < 20 || start + headerBytes > end) {
      this.#loseHeaders()
      return
    }
    const fragment = be16(bytes, start + 6)
    const protocol = u8(bytes, start + 9)
    const size = total === 0 ? layers.end - start : total
    this.#transport(
      layers,
      bytes,
      start + headerBytes,
      end,
      protocol,
      fourWords(this.#from, bytes, start + 12),
      fourWords(this.#to, bytes, start + 16),
      size,
      fragment & 0x3fff,
      depth,
    )
  }

  #ipv6(layers: Layers, bytes: Buffer, depth: number): void {
    const { start } = layers
    if (start + 40 > layers.end) {
      this.#loseHeaders()
      return
    }
    const payload = be16(bytes, start + 4)
    const end = payload === 0 ? layers.end : Math.min(start + 40 + payload, layers.end)
    let protocol = u8(bytes, start + 6)
    let at = start + 40
    let fragment = 0
    // Hop-by-hop, routing, fragment, authentication, destination options, mobility (RFC 8200, section 4).
    while (at + 8 <= end) {
      if (protocol === 0 || protocol === 43 || protocol === 60 || protocol === 135) {
        protocol = u8(bytes, at)
        at += (u8(bytes, at + 1) + 1) * 8
      } else if (protocol === 44) {
        protocol = u8(bytes, at)
        fragment = ((be16(bytes, at + 2) >> 3) & 0x1fff) | ((be16(bytes, at + 2) & 1) << 13)
        at += 8
      } else if (protocol === 51) {
        protocol = u8(bytes, at)
        at += (u8(bytes, at + 1) + 2) * 4
      } else break
      // A later fragment begins in the middle of what follows.
      if ((fragment & 0x1fff) !== 0) break
    }
    const from = sixWords(this.#from, bytes, start + 8)
    const to = sixWords(this.#to, bytes, start + 24)
    this.#transport(layers, bytes, Math.min(at, end), end, protocol, from, to, payload + 40, fragment, depth)
  }

  /** `fragment`: offset in units of eight bytes, and 0x2000 where more follow. */
  #transport(
    layers: Layers,
    bytes: Buffer,
    start: number,
    end: number,
    protocol: number,
    from: readonly number[],
    to: readonly number[],
    size: number,
    fragment: number,
    depth: number,
  ): void {
    const isLater = (fragment & 0x1fff) !== 0
    const hasPorts = !isLater && (protocol === 6 || protocol === 17 || protocol === 132) && start + 4 <= end
    const fromPort = hasPorts ? be16(bytes, start) : 0
    const toPort = hasPorts ? be16(bytes, start + 2) : 0
    const isTcp = protocol === 6 && hasPorts && start + 20 <= end
    const flags = isTcp ? u8(bytes, start + 13) : 0
    const found = this.#flow(layers, bytes, protocol, from, to, fromPort, toPort, flags)
    const side = this.#side
    this.#count(found, side, size, flags)
    if (fragment !== 0) found.fragments++
    if (isLater) {
      this.#lose("fragment")
      return
    }
    if (isTcp) this.#tcp(found, side, bytes, start, end, flags)
    else if (protocol === 17 && start + 8 <= end) this.#udp(found, side, bytes, start + 8, end, depth)
    else if (protocol === 1 || protocol === 58) this.#icmp(found, bytes, start, end, protocol)
    else if (protocol === 4 || protocol === 41 || protocol === 47) this.#tunnel(layers, bytes, start, end, protocol, depth)
  }

  #tunnel(layers: Layers, bytes: Buffer, start: number, end: number, protocol: number, depth: number): void {
    if (depth >= tunnelDepthMax) {
      this.#lose("tunnel-depth")
      return
    }
    const inner: Layers = { ...emptyLayers(), vlan: layers.vlan, start, end }
    if (protocol === 4 || protocol === 41) {
      inner.version = (bytes[start] ?? 0) >> 4
      if (start < end && (inner.version === 4 || inner.version === 6)) this.#network(inner, bytes, depth + 1)
    } else if (protocol === 47 && start + 4 <= end && gre(inner, bytes, start, end)) {
      if (inner.version !== 0) this.#network(inner, bytes, depth + 1)
    }
  }

  #udp(flow: Flow, side: Side, bytes: Buffer, start: number, end: number, depth: number): void {
    const fromPort = flow.ends[0].port
    const toPort = flow.ends[1].port
    if (isDnsPort(fromPort) || isDnsPort(toPort)) {
      if (this.#dns(flow, side, bytes, start, end)) return
    } else if ((fromPort === 4789 || toPort === 4789) && start + 8 < end && bytes[start] === 0x08) {
      const inner = { ...emptyLayers(), start: start + 8, end }
      flow.application = "vxlan"
      if (depth >= tunnelDepthMax) this.#lose("tunnel-depth")
      else if (ethernet(inner, bytes, start + 8, end)) {
        this.#network(inner, bytes, depth + 1)
        return
      }
    } else if ((fromPort === 2152 || toPort === 2152) && bytes[start + 1] === 0xff && start + 8 < end) {
      const at = start + 8 + ((u8(bytes, start) & 7) === 0 ? 0 : 4)
      const version = (bytes[at] ?? 0) >> 4
      if (depth >= tunnelDepthMax) this.#lose("tunnel-depth")
      else if (at < end && (version === 4 || version === 6)) {
        flow.application = "gtp"
        this.#network({ ...emptyLayers(), version, start: at, end }, bytes, depth + 1)
        return
      }
    }
    sample(flow, side, bytes, start, end)
  }

  #icmp(flow: Flow, bytes: Buffer, start: number, end: number, protocol: number): void {
    if (start + 8 > end) return
    const type = u8(bytes, start)
    if (flow.icmp < 0) flow.icmp = (type << 8) | u8(bytes, start + 1)
    const isError = protocol === 1 ? type === 3 || type === 4 || type === 5 || type === 11 || type === 12 : type < 128
    const quoted = isError ? quotedPacket(bytes, start + 8, end) : undefined
    if (!quoted) return
    const key = `${quoted.source} ${quoted.destination} ${quoted.question ?? ""}`
    flow.quoted ??= new Map()
    const known = flow.quoted.get(key)
    if (known) known.packets++
    else flow.quoted.set(key, { ...quoted, packets: 1 })
    if (flow.quoted.size < quotedMax) return
    this.#emit(write.icmp(flow, { seconds: this.#seconds, nanos: this.#nanos }), this.#offset)
    flow.quoted = undefined
  }

  #tcp(flow: Flow, side: Side, bytes: Buffer, start: number, end: number, flags: number): void {
    const isSyn = (flags & tcpFlags.syn) !== 0
    if (flow.opaque) return
    // A SYN counts as one byte; what it carries (RFC 7413) stands behind it.
    const sequence = ((be32(bytes, start + 4) >>> 0) + (isSyn ? 1 : 0)) | 0
    const payload = start + (u8(bytes, start + 12) >> 4) * 4
    if (isSyn) this.#stream(flow).open(side, sequence)
    if (payload > end || payload < start + 20) {
      this.#loseHeaders()
      return
    }
    if (payload < end) {
      const time = { seconds: this.#seconds, nanos: this.#nanos }
      if (!this.#stream(flow).segment(side, sequence, bytes, payload, end, time)) this.#opaque(flow)
    }
    if (flags & tcpFlags.fin && flow.stream?.ends(side, (sequence + end - payload) | 0)) this.#opaque(flow)
  }

  #stream(flow: Flow): Stream {
    if (flow.stream) return flow.stream
    const attempts: [number, number] = [0, 0]
    const detect = (side: Side, bytes: Buffer, start: number, end: number): Application | "done" | undefined => {
      if (attempts[side] >= detectionsMax) return undefined
      const found = this.#detect(flow, side, bytes, start, end)
      if (found) return found
      sample(flow, side, bytes, start, end)
      attempts[side]++
      return attempts[0] >= detectionsMax && attempts[1] >= detectionsMax ? "done" : undefined
    }
    flow.stream = new Stream(this.#budget, { detect, lose: this.#lose })
    return flow.stream
  }

  /** The protocol inside of a connection, by its first bytes; ports only where these say too little. */
  #detect(flow: Flow, side: Side, bytes: Buffer, start: number, end: number): Application | undefined {
    const found = this.#application(flow, side, bytes, start, end)
    if (found) flow.application ||= found.name
    return found
  }

  #application(flow: Flow, side: Side, bytes: Buffer, start: number, end: number): Application | undefined {
    const other: Side = side === 0 ? 1 : 0
    if (isHttpRequest(bytes, start, end)) return this.#http(flow, side)
    if (isHttpResponse(bytes, start, end)) return this.#http(flow, other)
    if (isTlsHandshake(bytes, start, end)) return this.#tls(flow, bytes[start + 5] === 1 ? side : other)
    const client = initiator(flow)
    const { port } = flow.ends[client === 0 ? 1 : 0]
    if (port === 53) return this.#dnsStream(flow)
    const word = bytes.toString("latin1", start, Math.min(end, start + 5))
    if (/^220[ -]/.test(word) && (port === 25 || port === 587 || port === 2525 || isSmtpGreeting(bytes, start, end)))
      return this.#smtp(flow, other)
    if (/^(?:EHLO|HELO) /i.test(word)) return this.#smtp(flow, side)
    if (/^220[ -]/.test(word) && port === 21) return this.#ftp(flow, other)
    if (/^USER /i.test(word) && port !== 110) return this.#ftp(flow, side)
    return undefined
  }

  #tls(flow: Flow, client: Side): Application {
    return tlsApplication(client, (facts) => this.#emit(write.tls(flow, client, facts), flow.offset), this.#lose)
  }

  #smtp(flow: Flow, client: Side): Application {
    return smtpApplication(
      client,
      (message) => this.#emit(write.smtp(flow, client, message), flow.offset),
      () => this.#tls(flow, client),
      this.#lose,
    )
  }

  #ftp(flow: Flow, client: Side): Application {
    return ftpApplication(client, (command) => this.#emit(write.ftp(flow, client, command), flow.offset), this.#lose)
  }

  #http(flow: Flow, client: Side): Application {
    return new HttpConnection(client, {
      emit: (exchange: HttpExchange) => this.#emit(write.http(flow, client, exchange), flow.offset),
      detect: (side, bytes, start, end) => this.#detect(flow, side, bytes, start, end),
      lose: this.#lose,
    })
  }

  /** DNS over TCP: each message behind its length (RFC 1035, section 4.2.2). */
  #dnsStream(flow: Flow): Application {
    const rests: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)]
    let messages = 0
    return {
      name: "dns",
      data: (side, bytes, start, end) => {
        let rest = Buffer.concat([rests[side], bytes.subarray(start, end)])
        while (rest.length >= 2) {
          const length = be16(rest, 0)
          if (rest.length < 2 + length) break
          if (length > 0 && !this.#dns(flow, side, rest, 2, 2 + length)) {
            if (messages > 0) this.#lose("dns-stream")
            else notDns(flow, side, rest)
            return "done"
          }
          messages++
          rest = rest.subarray(2 + length)
        }
        rests[side] = Buffer.from(rest)
        return undefined
      },
      gap: (side) => {
        rests[side] = Buffer.alloc(0)
        return true
      },
      end: () => {
        for (const side of [0, 1] as const) {
          if (rests[side].length === 0) continue
          if (messages > 0) this.#lose("dns-stream")
          else notDns(flow, side, rests[side])
        }
      },
    }
  }

  #dns(flow: Flow, side: Side, bytes: Buffer, start: number, end: number): boolean {
    const message = readDns(bytes, start, end)
    if (!message) return false
    if (message.cut && !this.#isCut) this.#lose("dns-damaged")
    flow.application = dnsName(flow.ends[1].port) ?? dnsName(flow.ends[0].port) ?? "dns"
    const time: Time = { seconds: this.#seconds, nanos: this.#nanos }
    for (let from = 0; from === 0 || from < message.questions.length || from < message.answers.length; from += write.dnsPart)
      this.#emit(write.dns(flow, side, message, time, from), this.#offset)
    return true
  }

  /** A frame without IP: ARP with the addresses that it names, all else by Ethernet address. */
  #frame(layers: Layers, bytes: Buffer, start: number, end: number, etherType: number): void {
    const at = layers.start
    const isArp = etherType === 0x0806 && at + 28 <= end && be16(bytes, at + 2) === 0x0800 && bytes[at + 5] === 4
    const from = isArp ? [be32(bytes, at + 14), 0, 0, 0] : zeros
    const to = isArp ? [be32(bytes, at + 24), 0, 0, 0] : zeros
    const flow = this.#flow(layers, bytes, etherType, from, to, 0, 0, 0)
    this.#count(flow, this.#side, end - start, 0)
  }

  /** The open flow of a packet, or a new one; and `#side`. */
  #flow(
    layers: Layers,
    bytes: Buffer,
    protocol: number,
    from: readonly number[],
    to: readonly number[],
    fromPort: number,
    toPort: number,
    flags: number,
  ): Flow {
    const { version } = layers
    const last = this.#lastFlow
    if (last && this.#isOf(last, version, protocol, from, to, fromPort, toPort) && !this.#isOver(last, flags)) return last
    // The sum of both ends is the same in both directions.
    const hash = (endHash(from, fromPort) + endHash(to, toPort) + Math.imul(protocol, 0x9e3779b1)) | 0
    for (let flow = this.#table.head(hash); flow; flow = flow.next) {
      if (!this.#isOf(flow, version, protocol, from, to, fromPort, toPort)) continue
      if (!this.#isOver(flow, flags)) {
        this.#lastFlow = flow
        return flow
      }
      this.#close(flow)
      break
    }
    this.#side = 0
    const flow: Flow = {
      hash,
      version,
      protocol,
      ends: [newEnd(from, fromPort), newEnd(to, toPort)],
      vlan: layers.vlan,
      macs: layers.mac >= 0 ? this.#macsAt(bytes, layers.mac) : "",
      record: this.#flows++,
      offset: this.#offset,
      firstSeconds: this.#seconds,
      firstNanos: this.#nanos,
      lastSeconds: this.#seconds,
      lastNanos: this.#nanos,
      fragments: 0,
      opaque: false,
      stream: undefined,
      application: "",
      endsOf: undefined,
      endsWith: "",
      endsText: "",
      icmp: -1,
      quoted: undefined,
      next: undefined,
    }
    for (const each of this.#table.add(flow)) {
      this.#evicted++
      this.#finishFlow(each)
    }
    this.#lastFlow = flow
    return flow
  }

  /** Whether a packet is of a flow; its side of it is then in `#side`. */
  #isOf(
    flow: Flow,
    version: number,
    protocol: number,
    from: readonly number[],
    to: readonly number[],
    fromPort: number,
    toPort: number,
  ): boolean {
    if (flow.protocol !== protocol || flow.version !== version) return false
    const first = flow.ends[0]
    const second = flow.ends[1]
    if (isEnd(first, from, fromPort) && isEnd(second, to, toPort)) this.#side = 0
    else if (isEnd(first, to, toPort) && isEnd(second, from, fromPort)) this.#side = 1
    else return false
    return true
  }

  /** Most flows pass between the same two interfaces. */
  #macsAt(bytes: Buffer, at: number): string {
    const last = this.#lastMacs
    let same = last.length === 12
    for (let index = 0; same && index < 12; index++) same = bytes[at + index] === last.charCodeAt(index)
    if (!same) this.#lastMacs = bytes.toString("latin1", at, at + 12)
    return this.#lastMacs
  }

  /** Long silent, or closed and opened anew. */
  #isOver(flow: Flow, flags: number): boolean {
    const idle = this.#seconds - flow.lastSeconds
    if (idle > (flow.protocol === 6 ? idleSecondsMax.tcp : idleSecondsMax.other)) return true
    const opens = (flags & (tcpFlags.syn | tcpFlags.ack)) === tcpFlags.syn
    return opens && ((flow.ends[0].flags | flow.ends[1].flags) & (tcpFlags.fin | tcpFlags.rst)) !== 0
  }

  #count(flow: Flow, side: Side, size: number, flags: number): void {
    const end = flow.ends[side]
    end.packets++
    end.bytes += size
    end.flags |= flags
    if (end.opening < 0) end.opening = flags
    const seconds = this.#seconds
    const nanos = this.#nanos
    if (seconds > flow.lastSeconds || (seconds === flow.lastSeconds && nanos > flow.lastNanos)) {
      flow.lastSeconds = seconds
      flow.lastNanos = nanos
    } else if (seconds < flow.firstSeconds || (seconds === flow.firstSeconds && nanos < flow.firstNanos)) {
      flow.firstSeconds = seconds
      flow.firstNanos = nanos
    }
  }

  #opaque(flow: Flow): void {
    flow.stream?.close()
    flow.stream = undefined
    flow.opaque = true
    // Written anew if it is needed once more: many flows stay open for long.
    flow.endsOf = undefined
    flow.endsText = ""
  }

  #close(flow: Flow): void {
    this.#table.remove(flow)
    this.#finishFlow(flow)
  }

  #finishFlow(flow: Flow): void {
    if (this.#lastFlow === flow) this.#lastFlow = undefined
    const here = this.#offset
    this.#offset = flow.offset
    this.#opaque(flow)
    this.#offset = here
    this.#emit(write.flow(flow), flow.offset)
  }

  #emit(text: string, offset: number): void {
    this.#out.push({ text, offset, record: ++this.#records })
  }
}

const zeros: readonly number[] = [0, 0, 0, 0]

function dnsName(port: number): string | undefined {
  return port === 5353 ? "mdns" : port === 5355 ? "llmnr" : undefined
}

function fourWords(words: number[], bytes: Buffer, at: number): readonly number[] {
  words[0] = be32(bytes, at)
  words[1] = words[2] = words[3] = 0
  return words
}

function sixWords(words: number[], bytes: Buffer, at: number): readonly number[] {
  for (let index = 0; index < 4; index++) words[index] = be32(bytes, at + index * 4)
  return words
}

function isDnsPort(port: number): boolean {
  return port === 53 || port === 5353 || port === 5355
}

function newEnd(words: readonly number[], port: number): End {
  return {
    word: words[0] as number,
    word1: words[1] as number,
    word2: words[2] as number,
    word3: words[3] as number,
    port,
    packets: 0,
    bytes: 0,
    flags: 0,
    opening: -1,
    sample: "",
  }
}

function isEnd(end: End, words: readonly number[], port: number): boolean {
  return end.port === port && end.word === words[0] && end.word1 === words[1] && end.word2 === words[2] && end.word3 === words[3]
}

function endHash(words: readonly number[], port: number): number {
  let hash = Math.imul((words[0] as number) ^ 0x5bd1e995, 0x85ebca6b)
  if (words[3] !== 0 || words[1] !== 0 || words[2] !== 0)
    hash = Math.imul(hash ^ (words[1] as number) ^ Math.imul((words[2] as number) + (words[3] as number), 0xc2b2ae35), 0x27d4eb2f)
  hash = Math.imul(hash ^ (hash >>> 15) ^ port, 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}

/** Checksum, key and sequence are passed over; ERSPAN II and III carry Ethernet behind a header of their own. */
function gre(inner: Layers, bytes: Buffer, start: number, end: number): boolean {
  const flags = be16(bytes, start)
  const type = be16(bytes, start + 2)
  let at = start + 4
  if ((flags & 7) === 1) {
    // PPTP: key, then sequence and acknowledgement where flagged.
    at += 4 + (flags & 0x1000 ? 4 : 0) + (flags & 0x0080 ? 4 : 0)
    const protocol = at + 4 <= end && bytes[at] === 0xff && bytes[at + 1] === 0x03 ? at + 4 : at + 2
    const version = (bytes[protocol] ?? 0) >> 4
    if (protocol >= end || (version !== 4 && version !== 6)) return false
    inner.version = version
    inner.start = protocol
    return true
  }
  at += (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0)
  // ERSPAN I has no sequence number and no header.
  if (type === 0x88be) return ethernet(inner, bytes, flags & 0x1000 ? at + 8 : at, end)
  if (type === 0x22eb) return at + 12 < end && ethernet(inner, bytes, at + 12 + ((u8(bytes, at + 11) & 1) === 0 ? 0 : 8), end)
  return at < end && afterType(inner, bytes, type, at, end)
}

/** Addresses of the packet that an ICMP error quotes, and the question where it was one to a name server. */
function quotedPacket(bytes: Buffer, at: number, end: number): Omit<Quoted, "packets"> | undefined {
  const version = at < end ? u8(bytes, at) >> 4 : 0
  const isFour = version === 4 && at + 20 <= end
  if (!isFour && !(version === 6 && at + 40 <= end)) return undefined
  const protocol = u8(bytes, isFour ? at + 9 : at + 6)
  const payload = at + (isFour ? (u8(bytes, at) & 15) * 4 : 40)
  const asks = protocol === 17 && payload + 8 <= end && (isDnsPort(be16(bytes, payload)) || isDnsPort(be16(bytes, payload + 2)))
  const question = asks ? readDns(bytes, payload + 8, end)?.questions[0]?.name : undefined
  return {
    source: isFour ? [...bytes.subarray(at + 12, at + 16)].join(".") : sixAddress(bytes, at + 8),
    destination: isFour ? [...bytes.subarray(at + 16, at + 20)].join(".") : sixAddress(bytes, at + 24),
    ...(question !== undefined && { question }),
  }
}

function isSmtpGreeting(bytes: Buffer, start: number, end: number): boolean {
  return /\bE?SMTP\b/.test(bytes.toString("latin1", start, Math.min(end, start + 200)))
}

/** What of a payload is legible, where nothing else reads it. */
function sample(flow: Flow, side: Side, bytes: Buffer, start: number, end: number): void {
  const from = flow.ends[side]
  if (from.sample !== "" || start >= end) return
  const runs = bytes.toString("latin1", start, Math.min(end, start + sampleBytesMax)).match(/[\x20-\x7e]{6,}/g)
  from.sample = runs ? runs.join(" ") : " "
}

/** A connection to the port of DNS that speaks something else. */
function notDns(flow: Flow, side: Side, bytes: Buffer): void {
  flow.application = ""
  sample(flow, side, bytes, 0, bytes.length)
}
