// From a captured frame to the network layer inside it: link types, VLAN tags, PPPoE, MPLS, tunnels. Fills one reused object, since it runs for each packet.
import { be16, u8 } from "./integers.js"

/** What was found in one packet. `kind` 0 is a frame of no known network layer. */
export interface Layers {
  /** 4, 6, or 0. */
  version: number
  /** EtherType of what is no IP. */
  etherType: number
  /** Where the network header begins, and where the packet ends. */
  start: number
  end: number
  vlan: number
  /** Start of the Ethernet addresses, destination first; -1 if there are none. */
  mac: number
}

export function emptyLayers(): Layers {
  return { version: 0, etherType: 0, start: 0, end: 0, vlan: -1, mac: -1 }
}

const ipv4Type = 0x0800
const ipv6Type = 0x86dd

/** Link types (tcpdump's LINKTYPE_…) that can be read. */
export const linkTypes: ReadonlySet<number> = new Set([0, 1, 9, 12, 14, 50, 51, 101, 104, 107, 108, 109, 113, 117, 228, 229, 276])

/** Finds the network layer; false where the frame is too short for it. */
export function findNetwork(layers: Layers, linkType: number, bytes: Buffer, start: number, end: number): boolean {
  layers.version = 0
  layers.etherType = 0
  layers.vlan = -1
  layers.mac = -1
  layers.start = start
  layers.end = end
  switch (linkType) {
    case 1:
      return ethernet(layers, bytes, start, end)
    case 0: // null: the host's own AF_INET number
    case 108:
      return start + 4 < end && bare(layers, bytes, start + 4)
    case 109: // encrypted interface of OpenBSD: flags, SPI and length before
      return start + 12 < end && bare(layers, bytes, start + 12)
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return bare(layers, bytes, start)
    case 9: // PPP, with or without address and control
    case 50:
      return ppp(layers, bytes, bytes[start] === 0xff && bytes[start + 1] === 0x03 ? start + 2 : start, end)
    case 51:
      return pppoe(layers, bytes, start, end)
    case 104: // Cisco HDLC
      return start + 4 <= end && afterType(layers, bytes, be16(bytes, start + 2), start + 4, end)
    case 107: // frame relay with an address of two bytes
      return bytes[start + 2] === 0x03 && bytes[start + 3] === 0xcc && bare(layers, bytes, start + 4)
    case 113: // Linux cooked
      return start + 16 <= end && afterType(layers, bytes, be16(bytes, start + 14), start + 16, end)
    case 276: // Linux cooked, version 2
      return start + 20 <= end && afterType(layers, bytes, be16(bytes, start), start + 20, end)
    case 117: {
      const length = ((bytes[start] ?? 0) + 3) & ~3
      return start + length < end && bare(layers, bytes, start + length)
    }
    default:
      return false
  }
}

/** Also for the frames within ERSPAN, VXLAN and transparent bridging. */
export function ethernet(layers: Layers, bytes: Buffer, start: number, end: number): boolean {
  if (start + 14 > end) return false
  layers.mac = start
  return afterType(layers, bytes, be16(bytes, start + 12), start + 14, end)
}

/** What an EtherType announces: tags and labels are passed over, however many there are. */
export function afterType(layers: Layers, bytes: Buffer, etherType: number, start: number, end: number): boolean {
  let type = etherType
  let at = start
  for (;;) {
    if (type === ipv4Type || type === ipv6Type) return bare(layers, bytes, at)
    if (type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200) {
      if (at + 4 > end) return false
      layers.vlan = be16(bytes, at) & 0x0fff
      type = be16(bytes, at + 2)
      at += 4
    } else if (type === 0x8847 || type === 0x8848) {
      return mpls(layers, bytes, at, end)
    } else if (type === 0x8864) {
      return pppoe(layers, bytes, at, end)
    } else if (type === 0x6558) {
      return at > start ? false : ethernet(layers, bytes, at, end)
    } else if (type <= 1500 && at + 8 <= end && bytes[at] === 0xaa && bytes[at + 1] === 0xaa) {
      // 802.2 with SNAP
      type = be16(bytes, at + 6)
      at += 8
      if (type <= 1500) return other(layers, type, at)
    } else {
      return other(layers, type, at)
    }
  }
}

function other(layers: Layers, type: number, at: number): boolean {
  layers.etherType = type
  layers.start = at
  return true
}

function bare(layers: Layers, bytes: Buffer, at: number): boolean {
  const version = (bytes[at] ?? 0) >> 4
  if (version !== 4 && version !== 6) return false
  layers.version = version
  layers.start = at
  return at < layers.end
}

/** Labels up to the bottom of the stack; then IP, or Ethernet, perhaps behind a control word. */
function mpls(layers: Layers, bytes: Buffer, start: number, end: number): boolean {
  let at = start
  while (at + 4 <= end) {
    const bottom = (u8(bytes, at + 2) & 1) !== 0
    at += 4
    if (!bottom) continue
    if (bare(layers, bytes, at)) return true
    const control = bytes[at] === 0 && bytes[at + 1] === 0 ? at + 4 : at
    return ethernet(layers, bytes, control, end)
  }
  return false
}

function pppoe(layers: Layers, bytes: Buffer, start: number, end: number): boolean {
  return start + 8 <= end && ppp(layers, bytes, start + 6, end)
}

function ppp(layers: Layers, bytes: Buffer, start: number, end: number): boolean {
  if (start + 2 > end) return false
  // An odd first byte is a compressed protocol field.
  const short = (u8(bytes, start) & 1) !== 0
  const protocol = short ? u8(bytes, start) : be16(bytes, start)
  const at = start + (short ? 1 : 2)
  if (protocol === 0x21 || protocol === 0x57) return bare(layers, bytes, at)
  if (protocol === 0x281) return mpls(layers, bytes, at, end)
  return false
}
