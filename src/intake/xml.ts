// XML to a tree, by hand: bounded in depth and size, with line numbers, no external or declared entity ever resolved, truncation noticed.

export interface XmlElement {
  /** Without namespace prefix. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** All character data right under this element, trimmed. */
  readonly text: string
  readonly line: number
}

export interface XmlDocument {
  readonly root: XmlElement | undefined
  readonly faults: readonly { readonly code: "malformed" | "truncated" | "limit"; readonly line: number; readonly message: string }[]
}

export const depthMax = 200
export const elementsMax = 1_000_000
const faultsMax = 100
const tagLengthMax = 1024 * 1024

export function parseXml(source: string): XmlDocument {
  const faults: { code: "malformed" | "truncated" | "limit"; line: number; message: string }[] = []
  const stack: Open[] = [{ name: "", attributes: {}, children: [], parts: [], line: 1 }]
  let elements = 0
  let line = 1
  let newline = source.indexOf("\n")
  const lineTo = (offset: number): number => {
    while (newline >= 0 && newline < offset) {
      line++
      newline = source.indexOf("\n", newline + 1)
    }
    return line
  }
  let at = 0
  while (at < source.length) {
    const open = source.indexOf("<", at)
    const textEnd = open < 0 ? source.length : open
    if (textEnd > at) stack[stack.length - 1]!.parts.push(source.slice(at, textEnd))
    if (open < 0) break
    const special = skipSpecial(source, open)
    if (special) {
      if (special.data !== undefined) stack[stack.length - 1]!.parts.push(special.data.replace(/&/g, "&amp;"))
      at = special.end
      continue
    }
    const close = tagEnd(source, open)
    if (close < 0) {
      faults.push({ code: "truncated", line: lineTo(open), message: "the document ends inside a tag" })
      break
    }
    const tag = source.slice(open + 1, close)
    at = close + 1
    if (tag.startsWith("/")) {
      closeElement(stack, localName(tag.slice(1).trim()), lineTo(open), faults)
      continue
    }
    if (++elements > elementsMax || stack.length > depthMax) {
      faults.push({
        code: "limit",
        line: lineTo(open),
        message: elements > elementsMax ? `more than ${elementsMax} elements` : `nested deeper than ${depthMax} levels`,
      })
      break
    }
    const name = /^[^\s/>]+/.exec(tag)?.[0]
    if (name === undefined) continue
    const element: Open = {
      name: localName(name),
      attributes: readAttributes(tag.slice(name.length)),
      children: [],
      parts: [],
      line: lineTo(open),
    }
    if (tag.endsWith("/")) stack[stack.length - 1]!.children.push(closed(element))
    else stack.push(element)
  }
  if (stack.length > 1 && !faults.some(({ code }) => code === "limit"))
    faults.push({ code: "truncated", line: lineTo(source.length), message: `the document ends inside <${stack[stack.length - 1]!.name}>` })
  while (stack.length > 1) stack[stack.length - 2]!.children.push(closed(stack.pop()!))
  return { root: stack[0]!.children[0], faults: faults.slice(0, faultsMax) }
}

/** All elements of a name below one, in document order. */
export function descendants(element: XmlElement, name: string): readonly XmlElement[] {
  const found: XmlElement[] = []
  const walk = (one: XmlElement): void => {
    for (const child of one.children) {
      if (child.name === name) found.push(child)
      walk(child)
    }
  }
  walk(element)
  return found
}

export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((one) => one.name === name)
}

/** The five entities of XML and character references; anything else stands as written. */
export function unescapeXml(text: string): string {
  return text.includes("&")
    ? text.replace(
        /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g,
        (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
          if (name !== undefined) return entities[name]!
          const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
          return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole
        },
      )
    : text
}

interface Open {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: XmlElement[]
  readonly parts: string[]
  readonly line: number
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

function closed({ parts, ...element }: Open): XmlElement {
  return { ...element, text: unescapeXml(parts.join("")).trim() }
}

function closeElement(
  stack: Open[],
  name: string,
  line: number,
  faults: { code: "malformed"; line: number; message: string }[] | unknown[],
): void {
  const at = stack.findLastIndex((open, index) => index > 0 && open.name === name)
  if (at < 0) {
    if (faults.length < faultsMax) faults.push({ code: "malformed", line, message: `</${name.slice(0, 100)}> closes nothing` })
    return
  }
  if (at < stack.length - 1 && faults.length < faultsMax)
    faults.push({ code: "malformed", line, message: `<${stack[stack.length - 1]!.name}> is not closed` })
  while (stack.length > at) {
    const element = stack.pop()!
    stack[stack.length - 1]!.children.push(closed(element))
  }
}

/** Comments, CDATA, processing instructions and the document type with its entity declarations. */
function skipSpecial(source: string, open: number): { end: number; data?: string } | undefined {
  const end = (mark: string, from: number): number => {
    const found = source.indexOf(mark, from)
    return found < 0 ? source.length : found + mark.length
  }
  if (source.startsWith("<!--", open)) return { end: end("-->", open + 4) }
  if (source.startsWith("<![CDATA[", open)) {
    const stop = end("]]>", open + 9)
    return { end: stop, data: source.slice(open + 9, Math.max(open + 9, stop - 3)) }
  }
  if (source.startsWith("<?", open)) return { end: end("?>", open + 2) }
  if (!source.startsWith("<!", open)) return undefined
  const subset = source.indexOf("[", open)
  const close = source.indexOf(">", open)
  return subset >= 0 && close > subset ? { end: end(">", end("]", subset)) } : { end: close < 0 ? source.length : close + 1 }
}

function tagEnd(source: string, open: number): number {
  let quote = 0
  const stop = Math.min(source.length, open + tagLengthMax)
  for (let at = open + 1; at < stop; at++) {
    const char = source.charCodeAt(at)
    if (quote) {
      if (char === quote) quote = 0
    } else if (char === 34 || char === 39) quote = char
    else if (char === 62) return at
  }
  return -1
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null)
  for (const match of text.matchAll(/([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    attributes[localName(match[1]!)] ??= unescapeXml(match[2] ?? match[3] ?? "")
  return attributes
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(":") + 1)
}
