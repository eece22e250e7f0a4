// Compiles a tree of binary XML into a renderer of JSON: System under the names of ECS and Winlogbeat, Data by its Name, all else by element.
import { Damage } from "../damage.js"
import { quote } from "../json-text.js"
import { type Attribute, definitionHeaderBytes, type Element, type Fragment, type Instance, type Part, readFragment } from "./binary-xml.js"
import type { Chunk } from "./chunk.js"
import { valueJson } from "./value.js"

/** A template or fragment, ready to be filled with a record's values. */
export interface Plan {
  /** `"name":value` pairs of its elements. */
  readonly members: Render
  /** Its time, where it holds an event's System; "" else. As JSON. */
  readonly time: Render
}

/** The values of one template instance: where they stand, and of which type they are. */
export interface Values {
  readonly chunk: Chunk
  readonly starts: readonly number[]
  readonly sizes: readonly number[]
  readonly types: readonly number[]
  readonly depth: number
}

/** JSON text; "" for nothing. */
type Render = (values: Values) => string

interface Member {
  /** With quotes and colon; "" spreads the value's own members. */
  readonly key: string | Render
  readonly value: Render
}

const depthMax = 12
const embeddedXml = 0x21

/** The JSON line of one record; `time` is taken where the event has none of its own. */
export function renderRecord(chunk: Chunk, start: number, end: number, time: () => string): string {
  chunk.beginWork()
  const { nodes } = looseFragment(chunk, start, end)
  let members = ""
  let own = ""
  for (const node of nodes) {
    const { plan, values } = filled(chunk, node, 0)
    own ||= plan.time(values)
    members = joined(members, plan.members(values))
  }
  if (members === "") throw new Damage("a record without an event")
  return `{"@timestamp":${own === "" ? `"${time()}"` : own},"winlog":{${members}}}`
}

function filled(chunk: Chunk, node: Element | Part, depth: number): { readonly plan: Plan; readonly values: Values } {
  if (node.kind === "instance") {
    const values = valuesOf(chunk, node.instance, depth)
    return { plan: templatePlan(chunk, node.instance.template), values }
  }
  return { plan: compile([node]), values: { chunk, starts: [], sizes: [], types: [], depth } }
}

function templatePlan(chunk: Chunk, offset: number): Plan {
  const known = chunk.plans.get(offset) as Plan | undefined
  if (known) return known
  const start = offset + definitionHeaderBytes
  const size = chunk.bytes.readUInt32LE(offset + 20)
  const plan = compile(readFragment(chunk, start, start + size, true).nodes)
  chunk.plans.set(offset, plan)
  return plan
}

function valuesOf(chunk: Chunk, { count, descriptors }: Instance, depth: number): Values {
  const { bytes } = chunk
  if (descriptors + count * 4 > bytes.length) throw new Damage("values reach beyond their chunk")
  const starts = new Array<number>(count)
  const sizes = new Array<number>(count)
  const types = new Array<number>(count)
  let at = descriptors + count * 4
  for (let index = 0, from = descriptors; index < count; index++, from += 4) {
    const size = (bytes[from] as number) | ((bytes[from + 1] as number) << 8)
    starts[index] = at
    sizes[index] = size
    types[index] = bytes[from + 2] as number
    at += size
  }
  if (at > bytes.length) throw new Damage("values reach beyond their chunk")
  return { chunk, starts, sizes, types, depth }
}

function compile(nodes: readonly (Element | Part)[]): Plan {
  const roots = nodes.flatMap((node) => (node.kind === "element" && node.name === "Event" ? node.children : [node]))
  const system = roots.find((node): node is Element => node.kind === "element" && node.name === "System")
  const created = system?.children.find((node): node is Element => node.kind === "element" && node.name === "TimeCreated")
  const time = created?.attributes.find(({ name }) => name === "SystemTime")
  return {
    members: membersRender(roots.flatMap((node) => (node === system ? systemMembers(system) : memberOf(node)))),
    time: time ? partsRender(time.parts) : () => "",
  }
}

/** Element (or element@attribute) of System to its name in the record. */
const systemNames: Readonly<Record<string, string>> = {
  "Provider@Name": "provider_name",
  "Provider@Guid": "provider_guid",
  "Provider@EventSourceName": "event_source_name",
  EventID: "event_id",
  "EventID@Qualifiers": "qualifiers",
  Version: "version",
  Level: "level",
  Task: "task",
  Opcode: "opcode",
  Keywords: "keywords",
  EventRecordID: "record_id",
  "Correlation@ActivityID": "activity_id",
  "Correlation@RelatedActivityID": "related_activity_id",
  "Execution@ProcessID": "process_id",
  "Execution@ThreadID": "thread_id",
  Channel: "channel",
  Computer: "computer_name",
  "Security@UserID": "user_identifier",
}

function systemMembers(system: Element): Member[] {
  return system.children.flatMap((node) => {
    if (node.kind !== "element") return memberOf(node)
    if (node.children.some((child) => child.kind === "element")) return memberOf(node)
    const name = (path: string): string => systemNames[path] ?? path
    // Its time stands at the head of the record.
    if (node.name === "TimeCreated") return []
    return [
      ...node.attributes
        .filter((attribute) => !isNamespace(attribute))
        .map((attribute) => ({ key: keyOf(name(`${node.name}@${attribute.name}`)), value: partsRender(attribute.parts) })),
      { key: keyOf(name(node.name)), value: partsRender(node.children as readonly Part[]) },
    ]
  })
}

const sectionNames: Readonly<Record<string, string>> = { EventData: "event_data", UserData: "user_data" }

function memberOf(node: Element | Part): Member[] {
  if (node.kind === "element") return [{ key: keyOf(sectionNames[node.name] ?? node.name), value: contentRender(node) }]
  return [{ key: "", value: spread(node) }]
}

/** A value that is XML itself gives its elements as members; any other stands as text. */
function spread(part: Part): Render {
  const text = partRender(part)
  return (values) => {
    if (part.kind === "slot" && values.types[part.index] === embeddedXml) return embeddedMembers(values, part.index)
    if (part.kind === "instance") return instanceMembers(values, part.instance)
    const json = text(values)
    return json === "" || json === '""' ? "" : `"#text":${json}`
  }
}

/** What an element holds: its text, or an object of its attributes, elements and text. */
function contentRender({ attributes, children }: Element): Render {
  const named = attributes.filter((attribute) => !isNamespace(attribute))
  if (named.length === 0 && children.every((child) => child.kind !== "element")) {
    const parts = children as readonly Part[]
    const [only] = parts
    return parts.length === 1 && only?.kind !== "instance" ? partsRender(parts) : mixed(parts)
  }
  const list: Member[] = named.map(({ name, parts }) => ({ key: keyOf(name), value: partsRender(parts) }))
  const texts: Part[] = []
  for (const child of children) {
    if (child.kind !== "element") texts.push(child)
    else list.push(dataMember(child) ?? { key: keyOf(child.name), value: contentRender(child) })
  }
  if (texts.length === 1) list.push({ key: "", value: spread(texts[0] as Part) })
  else if (texts.length > 1)
    list.push(...texts.flatMap((part) => (part.kind === "text" ? [] : [{ key: "", value: spread(part) }])), ...literal(texts))
  return objectRender(list)
}

function literal(texts: readonly Part[]): Member[] {
  const text = texts.map((part) => (part.kind === "text" ? part.text : "")).join("")
  return text.trim() === "" ? [] : [{ key: keyOf("#text"), value: () => quote(text) }]
}

/** Text in several parts, or a template in place of text. */
function mixed(parts: readonly Part[]): Render {
  if (parts.every((part) => part.kind !== "instance")) return partsRender(parts)
  return objectRender(parts.map((part) => ({ key: "", value: spread(part) })))
}

/** `<Data Name="IpAddress">` is `"IpAddress"`; without a name it stays `"Data"`. */
function dataMember(element: Element): Member | undefined {
  if (element.name !== "Data" && element.name !== "ComplexData") return undefined
  if (element.children.some((child) => child.kind === "element")) return undefined
  const name = element.attributes.find((attribute) => attribute.name === "Name")
  const value = partsRender(element.children as readonly Part[])
  if (!name) return { key: keyOf("Data"), value }
  if (name.parts.every((part) => part.kind === "text"))
    return { key: keyOf(name.parts.map((part) => (part.kind === "text" ? part.text : "")).join("")), value }
  const dynamic = partsRender(name.parts)
  return { key: (values) => keyed(dynamic(values)), value }
}

function keyed(json: string): string {
  return json === "" ? '"Data":' : json.startsWith('"') ? `${json}:` : `${quote(json)}:`
}

function objectRender(list: readonly Member[]): Render {
  const inner = membersRender(list)
  return (values) => {
    const text = inner(values)
    return text === "" ? "" : `{${text}}`
  }
}

/** Members of one key become a list. */
function membersRender(list: readonly Member[]): Render {
  const grouped = group(list)
  return (values) => {
    let out = ""
    for (const { key, value } of grouped) {
      const json = value(values)
      if (json === "" || json === '""') continue
      out += `${out === "" ? "" : ","}${typeof key === "string" ? key : key(values)}${json}`
    }
    return out
  }
}

function group(list: readonly Member[]): readonly Member[] {
  const byKey = new Map<string, Render[]>()
  for (const { key, value } of list) {
    if (typeof key !== "string" || key === "") continue
    const known = byKey.get(key)
    if (known) known.push(value)
    else byKey.set(key, [value])
  }
  const done = new Set<string>()
  return list.flatMap((member) => {
    if (typeof member.key !== "string" || member.key === "") return [member]
    const renders = byKey.get(member.key) as Render[]
    if (renders.length === 1) return [member]
    if (done.has(member.key)) return []
    done.add(member.key)
    return [{ key: member.key, value: listRender(renders) }]
  })
}

function listRender(renders: readonly Render[]): Render {
  return (values) => {
    const items = renders.map((render) => render(values)).filter((json) => json !== "" && json !== '""')
    return items.length === 0 ? "" : items.length === 1 ? (items[0] as string) : `[${items.join(",")}]`
  }
}

function partsRender(parts: readonly Part[]): Render {
  if (parts.length === 0) return () => ""
  if (parts.length === 1) return partRender(parts[0] as Part)
  const renders = parts.map(partRender)
  return (values) => quote(renders.map((render) => plain(render(values))).join(""))
}

/** JSON of a part as the text that it stands for. */
function plain(json: string): string {
  if (json === "") return ""
  const value: unknown = json.startsWith('"') ? JSON.parse(json) : json
  return String(value)
}

function partRender(part: Part): Render {
  if (part.kind === "text") {
    const json = part.text.trim() === "" ? "" : quote(part.text)
    return () => json
  }
  if (part.kind === "instance") {
    return (values) => {
      const members = instanceMembers(values, part.instance)
      return members === "" ? "" : `{${members}}`
    }
  }
  const { index } = part
  return (values) => {
    const size = values.sizes[index]
    if (size === undefined || size === 0) return ""
    const type = values.types[index] as number
    if (type === embeddedXml) {
      const members = embeddedMembers(values, index)
      return members === "" ? "" : `{${members}}`
    }
    values.chunk.spend(size + 1)
    return valueJson(values.chunk, type, values.starts[index] as number, size)
  }
}

function instanceMembers(outer: Values, instance: Instance): string {
  const values = valuesOf(outer.chunk, instance, nextDepth(outer))
  return templatePlan(outer.chunk, instance.template).members(values)
}

function embeddedMembers(outer: Values, index: number): string {
  const start = outer.starts[index] as number
  const size = outer.sizes[index] as number
  if (size === 0) return ""
  const depth = nextDepth(outer)
  outer.chunk.spend(size + 1)
  let members = ""
  for (const node of looseFragment(outer.chunk, start, start + size).nodes) {
    const { plan, values } = filled(outer.chunk, node, depth)
    members = joined(members, plan.members(values))
  }
  return members
}

/** Elements outside of template definitions carry no dependency id; some writers put one there all the same. */
function looseFragment(chunk: Chunk, start: number, end: number): Fragment {
  try {
    return readFragment(chunk, start, end, false)
  } catch (error) {
    if (!(error instanceof Damage) && !(error instanceof RangeError)) throw error
    return readFragment(chunk, start, end, true)
  }
}

function nextDepth(values: Values): number {
  if (values.depth >= depthMax) throw new Damage("templates nested too deep", "limit")
  values.chunk.spend(64)
  return values.depth + 1
}

function isNamespace({ name }: Attribute): boolean {
  return name === "xmlns" || name.startsWith("xmlns:")
}

function keyOf(name: string): string {
  return `${quote(name)}:`
}

function joined(members: string, more: string): string {
  return members === "" ? more : more === "" ? members : `${members},${more}`
}
