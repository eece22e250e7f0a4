// STIX 1.x XML with CybOX objects: addresses, names, URIs, mail, files; each object's own value, whatever it is nested in.
import { parseTlp, strictest } from "../../model/tlp.js"
import type { StatedType } from "../claim.js"
import type { BulletinDraft } from "../draft.js"
import { parseInstant } from "../marking.js"
import { child, descendants, parseXml, type XmlElement } from "../xml.js"
import type { BulletinFormat } from "./format.js"

export const stix1: BulletinFormat = {
  name: "stix1",
  title: "STIX 1.x XML",
  recognize({ head }) {
    return /^\s*</.test(head) && /<(?:[\w-]+:)?STIX_Package\b|http:\/\/stix\.mitre\.org\/stix-1/.test(head) ? 1 : 0
  },
  parse(input, draft) {
    const { root, faults } = parseXml(input.text())
    for (const { code, line, message } of faults) draft.problem(code, `${input.name}:${line}`, message)
    if (!root) return
    describe(root, draft, input.name)
    readTree(root, {}, input.name, draft)
  },
}

interface Surroundings {
  readonly validFrom?: string
  readonly validUntil?: string
  readonly confidence?: number
  readonly comment?: string
}

function describe(root: XmlElement, draft: BulletinDraft, name: string): void {
  // The package of an exchange platform only wraps the one that was written.
  const packages = [root, ...descendants(root, "Package")]
  const titles = packages
    .map((one) => child(child(one, "STIX_Header"), "Title")?.text ?? child(child(one, "STIX_Header"), "Title")?.text)
    .filter((title) => title !== undefined && title !== "")
  draft.title ??= titles[titles.length - 1] ?? null
  draft.published ??= (packages[packages.length - 1]?.attributes.timestamp ?? root.attributes.timestamp)?.slice(0, 10) ?? null
  draft.publisher ??= descendants(root, "Information_Source").flatMap((source) => descendants(source, "Name"))[0]?.text || null
  for (const marking of descendants(root, "Marking_Structure"))
    if (marking.attributes.color) draft.tlp = strictest(draft.tlp, parseTlp(marking.attributes.color))
  for (const actor of descendants(root, "Threat_Actor")) {
    const title = child(actor, "Title")?.text
    if (title) draft.actor(title.replace(/\s*\(.*\)$/, ""), `${name}:${actor.line}`)
  }
  for (const reference of descendants(root, "Reference")) {
    if (!/^https?:\/\//.test(reference.text)) continue
    draft.leave("url", reference.text, "indicator-reference", "a reference", `${name}:${reference.line}`)
  }
}

/** Walks to every `Properties`; what stands around it (validity, description) applies to it. */
function readTree(element: XmlElement, around: Surroundings, name: string, draft: BulletinDraft): void {
  if (element.name === "Properties") {
    readProperties(element, around, name, draft)
    return
  }
  const inner = element.name === "Indicator" ? surroundings(element, around) : around
  if (element.name === "Test_Mechanism") {
    const kind = element.attributes.type?.replace(/^.*:/, "").replace(/TestMechanismType$/, "") || "rule"
    draft.leave(
      kind.toLowerCase(),
      (descendants(element, "Rule")[0]?.text ?? element.text).slice(0, 200),
      "indicator-unsupported",
      `a detection rule (${kind}) is not hunted`,
      `${name}:${element.line}`,
    )
    return
  }
  for (const one of element.children) readTree(one, inner, name, draft)
}

function surroundings(indicator: XmlElement, around: Surroundings): Surroundings {
  const period = child(indicator, "Valid_Time_Position")
  return {
    ...around,
    validFrom: parseInstant(child(period, "Start_Time")?.text) ?? around.validFrom,
    validUntil: parseInstant(child(period, "End_Time")?.text) ?? around.validUntil,
    comment: child(indicator, "Description")?.text || around.comment,
  }
}

function readProperties(properties: XmlElement, around: Surroundings, name: string, draft: BulletinDraft): void {
  const type = (properties.attributes.type ?? "").replace(/^.*:/, "")
  const claims = claimsOf(type, properties)
  if (claims === undefined) {
    const value = firstText(properties)
    draft.leave(
      type || "object",
      value,
      "indicator-unsupported",
      `objects of type ${type || "unknown"} are not found in logs by their value`,
      `${name}:${properties.line}`,
    )
    return
  }
  for (const { stated, element } of claims) {
    const condition = element.attributes.condition ?? "Equals"
    const where = `${name}:${element.line}`
    // CybOX writes lists with this delimiter under apply_condition="ANY".
    for (const value of element.text.split(/##comma##/)) {
      if (/^(?:Equals|Contains|InList)?$/i.test(condition)) draft.claim({ type: stated, value, provenance: where, ...around })
      else draft.leave(type, value, "indicator-unsupported", `condition ${condition} is not hunted: only whole values are`, where)
    }
  }
}

interface ObjectClaim {
  readonly stated: StatedType
  readonly element: XmlElement
}

function claimsOf(type: string, properties: XmlElement): readonly ObjectClaim[] | undefined {
  const of = (stated: StatedType, names: readonly string[]): ObjectClaim[] =>
    names.flatMap((each) => descendants(properties, each).map((element) => ({ stated, element })))
  switch (type) {
    case "AddressObjectType": {
      const category = properties.attributes.category ?? ""
      if (/asn|mac|atm|vlan/i.test(category)) return undefined
      return of(/e-?mail/i.test(category) ? "email-addr" : "host", ["Address_Value"])
    }
    case "DomainNameObjectType":
      return of("domain-name", ["Value"])
    case "HostnameObjectType":
      return of("domain-name", ["Hostname_Value"])
    case "URIObjectType":
    case "LinkObjectType":
      return of(/domain/i.test(properties.attributes.type ?? "") ? "host" : "url", ["Value"])
    case "EmailMessageObjectType":
      return [...of("email-addr", ["Address_Value"])]
    case "FileObjectType":
    case "WindowsExecutableFileObjectType":
    case "ArtifactObjectType":
    case "WindowsFileObjectType":
      return fileClaims(properties)
    case "HTTPSessionObjectType":
      return of("user-agent", ["User_Agent"])
    case "SocketAddressObjectType":
    case "NetworkConnectionObjectType":
      return [...of("address", ["Address_Value"]), ...of("domain-name", ["Hostname_Value"])]
    default:
      return undefined
  }
}

/** Digests and name of a file; the name alone counts only where no digest does. */
function fileClaims(properties: XmlElement): readonly ObjectClaim[] | undefined {
  const digests = descendants(properties, "Hash").flatMap((hash): ObjectClaim[] => {
    const element = child(hash, "Simple_Hash_Value") ?? child(hash, "Fuzzy_Hash_Value")
    return element && element.text !== "" ? [{ stated: "hash", element }] : []
  })
  const names = [...descendants(properties, "File_Name"), ...descendants(properties, "File_Path")].map(
    (element): ObjectClaim => ({ stated: "file", element }),
  )
  const claims = [...digests, ...names]
  return claims.length > 0 ? claims : undefined
}

function firstText(element: XmlElement): string {
  if (element.text !== "") return element.text.slice(0, 500)
  for (const one of element.children) {
    const text = firstText(one)
    if (text !== "") return text
  }
  return ""
}
