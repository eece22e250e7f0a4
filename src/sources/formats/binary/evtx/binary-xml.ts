// Reads the tokens of Microsoft's binary XML into a tree. Templates keep their slots; a record's values are put in when it is rendered.
// Layout: libyal's documentation of the format, checked against real files; offsets are from the chunk's start.
import { Damage } from "../damage.js"
import type { Chunk } from "./chunk.js"
import { valueText } from "./value.js"

export interface Element {
  readonly kind: "element"
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly children: readonly (Element | Part)[]
}

export interface Attribute {
  readonly name: string
  readonly parts: readonly Part[]
}

/** Text, a slot for a substituted value, or a template with values of its own. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "slot"; readonly index: number }
  | { readonly kind: "instance"; readonly instance: Instance }

/** A template and where its values stand. */
export interface Instance {
  /** Offset of the template's definition. */
  readonly template: number
  readonly count: number
  /** Offset of the value descriptors: size (2), type (1), nothing (1) each. */
  readonly descriptors: number
}

export interface Fragment {
  readonly nodes: readonly (Element | Part)[]
  readonly end: number
}

export const nestingMax = 32
const nodesMax = 20_000
/** A template's definition: next offset (4), GUID (16), size (4), fragment. */
export const definitionHeaderBytes = 24

/**
 * The nodes from `start`. `dependencies`: element tokens carry a dependency id, which those inside of a substituted value do not.
 */
export function readFragment(chunk: Chunk, start: number, end: number, dependencies: boolean): Fragment {
  const cursor: Cursor = { chunk, at: start, end: Math.min(end, chunk.bytes.length), dependencies, nodes: 0 }
  return { nodes: readNodes(cursor, 0), end: cursor.at }
}

interface Cursor {
  readonly chunk: Chunk
  at: number
  readonly end: number
  readonly dependencies: boolean
  nodes: number
}

/** High bit of a token: more of its kind follow, or attributes are there. It changes nothing in how the token is read, but for elements. */
const moreFlag = 0x40

function readNodes(cursor: Cursor, depth: number): (Element | Part)[] {
  const nodes: (Element | Part)[] = []
  while (cursor.at < cursor.end) {
    const token = cursor.chunk.bytes.readUInt8(cursor.at)
    const kind = token & ~moreFlag
    // End of the fragment, or of the element that these are in.
    if (kind === 0x00 || kind === 0x04) {
      cursor.at++
      return nodes
    }
    if (kind === 0x0f) {
      cursor.at += 4
      continue
    }
    nodes.push(kind === 0x01 ? readElement(cursor, (token & moreFlag) !== 0, depth) : readPart(cursor, kind))
    if (++cursor.nodes > nodesMax) throw new Damage("binary XML with too many nodes", "limit")
  }
  return nodes
}

function readElement(cursor: Cursor, hasAttributes: boolean, depth: number): Element {
  if (depth >= nestingMax) throw new Damage("binary XML nested too deep", "limit")
  const { bytes } = cursor.chunk
  cursor.at += 1 + (cursor.dependencies ? 2 : 0) + 4
  const name = readName(cursor)
  const attributes: Attribute[] = []
  if (hasAttributes) {
    const attributesEnd = cursor.at + 4 + bytes.readUInt32LE(cursor.at)
    cursor.at += 4
    while (cursor.at < attributesEnd && (bytes.readUInt8(cursor.at) & ~moreFlag) === 0x06) attributes.push(readAttribute(cursor))
  }
  const close = bytes.readUInt8(cursor.at)
  cursor.at++
  if (close === 0x03) return { kind: "element", name, attributes, children: [] }
  if (close !== 0x02) throw new Damage(`binary XML token ${close} where an element should close its tag`)
  return { kind: "element", name, attributes, children: readNodes(cursor, depth + 1) }
}

function readAttribute(cursor: Cursor): Attribute {
  cursor.at += 1
  const name = readName(cursor)
  const parts: Part[] = []
  while (cursor.at < cursor.end) {
    const kind = cursor.chunk.bytes.readUInt8(cursor.at) & ~moreFlag
    if (kind === 0x06 || kind === 0x02 || kind === 0x03) break
    parts.push(readPart(cursor, kind))
    if (++cursor.nodes > nodesMax) throw new Damage("binary XML with too many nodes", "limit")
  }
  return { name, parts }
}

/** An offset; where it points to the place right behind itself, the name stands here. */
function readName(cursor: Cursor): string {
  const { bytes } = cursor.chunk
  const offset = bytes.readUInt32LE(cursor.at)
  cursor.at += 4
  const name = cursor.chunk.name(offset)
  if (offset === cursor.at) cursor.at += 8 + (name.length + 1) * 2
  return name
}

function readPart(cursor: Cursor, kind: number): Part {
  const { chunk } = cursor
  const { bytes } = chunk
  const at = cursor.at
  switch (kind) {
    case 0x05: // value: its type, then a counted string
      return readValue(cursor)
    case 0x07: // CDATA
    case 0x0b: // data of a processing instruction
      return countedText(cursor, at + 1)
    case 0x08: // character reference
      cursor.at = at + 3
      return { kind: "text", text: String.fromCharCode(bytes.readUInt16LE(at + 1)) }
    case 0x09: {
      cursor.at = at + 1
      const name = readName(cursor)
      return { kind: "text", text: entities[name] ?? `&${name};` }
    }
    case 0x0a: // target of a processing instruction
      cursor.at = at + 1
      return { kind: "text", text: readName(cursor) }
    case 0x0c:
      return readInstance(cursor)
    case 0x0d: // substitution, normal and optional: an absent value is left out in both
    case 0x0e:
      cursor.at = at + 4
      return { kind: "slot", index: bytes.readUInt16LE(at + 1) }
    default:
      throw new Damage(`unknown binary XML token ${kind}`)
  }
}

function readValue(cursor: Cursor): Part {
  const { chunk, at } = cursor
  const type = chunk.bytes.readUInt8(at + 1)
  if (type === 0x01) return countedText(cursor, at + 2)
  const size = fixedSizes[type]
  if (size === undefined) throw new Damage(`a literal value of type ${type}`)
  cursor.at = at + 2 + size
  return { kind: "text", text: valueText(chunk, type, at + 2, size) }
}

function countedText(cursor: Cursor, at: number): Part {
  const chars = cursor.chunk.bytes.readUInt16LE(at)
  cursor.at = at + 2 + chars * 2
  return { kind: "text", text: cursor.chunk.text(at + 2, chars) }
}

function readInstance(cursor: Cursor): Part {
  const { bytes } = cursor.chunk
  const template = bytes.readUInt32LE(cursor.at + 6)
  cursor.at += 10
  // A definition may stand right here, before the values of its first use.
  if (template === cursor.at) cursor.at += definitionHeaderBytes + bytes.readUInt32LE(cursor.at + 20)
  const count = bytes.readUInt32LE(cursor.at)
  const descriptors = cursor.at + 4
  if (count > 4096 || descriptors + count * 4 > cursor.end) throw new Damage(`a template instance states ${count} values`)
  let values = descriptors + count * 4
  for (let index = 0; index < count; index++) values += bytes.readUInt16LE(descriptors + index * 4)
  cursor.at = values
  return { kind: "instance", instance: { template, count, descriptors } }
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

/** Bytes of the types of fixed size. */
const fixedSizes: Readonly<Record<number, number>> = {
  3: 1,
  4: 1,
  5: 2,
  6: 2,
  7: 4,
  8: 4,
  9: 8,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  15: 16,
  17: 8,
  18: 16,
  20: 4,
  21: 8,
}
