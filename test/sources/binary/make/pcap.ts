// Writes small packet captures: classic pcap, Ethernet frames with IPv4, TCP and UDP.

export interface MadePacket {
  readonly seconds: number
  readonly micros: number
  readonly frame: Buffer
}

export function makePcap(packets: readonly MadePacket[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(1, 20) // Ethernet
  const records = packets.flatMap(({ seconds, micros, frame }) => {
    const record = Buffer.alloc(16)
    record.writeUInt32LE(seconds, 0)
    record.writeUInt32LE(micros, 4)
    record.writeUInt32LE(frame.length, 8)
    record.writeUInt32LE(frame.length, 12)
    return [record, frame]
  })
  return Buffer.concat([header, ...records])
}

export interface Ends {
  readonly from: string
  readonly fromPort: number
  readonly to: string
  readonly toPort: number
}

export function udp(ends: Ends, payload: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt16BE(ends.fromPort, 0)
  header.writeUInt16BE(ends.toPort, 2)
  header.writeUInt16BE(8 + payload.length, 4)
  return ethernet(ends, 17, Buffer.concat([header, payload]))
}

export const flags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const

export function tcp(
  ends: Ends,
  { seq, ack, set }: { readonly seq: number; readonly ack: number; readonly set: number },
  text = "",
): Buffer {
  const payload = Buffer.from(text, "latin1")
  const header = Buffer.alloc(20)
  header.writeUInt16BE(ends.fromPort, 0)
  header.writeUInt16BE(ends.toPort, 2)
  header.writeUInt32BE(seq, 4)
  header.writeUInt32BE(ack, 8)
  header.writeUInt8(0x50, 12)
  header.writeUInt8(set, 13)
  header.writeUInt16BE(64_240, 14)
  return ethernet(ends, 6, Buffer.concat([header, payload]))
}

/** A whole TCP conversation, in order: handshake, then each side's texts as they come, then both ends closed. */
export function conversation(ends: Ends, turns: readonly (readonly ["client" | "server", string | Buffer])[]): Buffer[] {
  const back: Ends = { from: ends.to, fromPort: ends.toPort, to: ends.from, toPort: ends.fromPort }
  const next = { client: 1001, server: 5001 }
  const frames = [
    tcp(ends, { seq: 1000, ack: 0, set: flags.syn }),
    tcp(back, { seq: 5000, ack: 1001, set: flags.syn | flags.ack }),
    tcp(ends, { seq: 1001, ack: 5001, set: flags.ack }),
  ]
  for (const [side, said] of turns) {
    const text = typeof said === "string" ? said : said.toString("latin1")
    const other = side === "client" ? "server" : "client"
    frames.push(tcp(side === "client" ? ends : back, { seq: next[side], ack: next[other], set: flags.psh | flags.ack }, text))
    next[side] += text.length
  }
  frames.push(tcp(ends, { seq: next.client, ack: next.server, set: flags.fin | flags.ack }))
  frames.push(tcp(back, { seq: next.server, ack: next.client + 1, set: flags.fin | flags.ack }))
  return frames
}

/** A question, and with `answer` the response to it: one A record. */
export function dns(id: number, name: string, answer?: string): Buffer {
  const labels = Buffer.concat([...name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.from([0])])
  const header = Buffer.alloc(12)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE(answer === undefined ? 0x0100 : 0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(answer === undefined ? 0 : 1, 6)
  const question = Buffer.concat([labels, Buffer.from([0, 1, 0, 1])])
  const record = answer === undefined ? [] : [Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...answer.split(".").map(Number)])]
  return Buffer.concat([header, question, ...record])
}

export function ethernet({ from, to }: Ends, protocol: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt8(0x45, 0)
  header.writeUInt16BE(20 + payload.length, 2)
  header.writeUInt8(64, 8)
  header.writeUInt8(protocol, 9)
  header.set(from.split(".").map(Number), 12)
  header.set(to.split(".").map(Number), 16)
  return Buffer.concat([Buffer.from("020000000002020000000001", "hex"), Buffer.from([8, 0]), header, payload])
}
