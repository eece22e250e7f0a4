// STIX 2.1: one indicator object for each value, with its pattern, marked with TLP 2.0.
import type { Indicator } from "../../model/indicator.js"
import type { Tlp } from "../../model/tlp.js"
import { blockTexts } from "./address-blocks.js"
import { forEachType } from "./every-type.js"
import type { ExportHeader, RuleExporter } from "./exporter.js"
import { plainText } from "./header.js"
import { uuidOf, uuidsUnder } from "./stable-id.js"
import { isTame, jsonText } from "./tame.js"

/** The ids that FIRST and OASIS gave the TLP 2.0 markings. */
export const markings: Readonly<Record<Tlp, string>> = {
  clear: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
  green: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
  amber: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
  "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
  red: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

/** Where neither indicator nor bulletin says from when: STIX demands an instant, and the beginning of the epoch claims nothing. */
const unstated = "1970-01-01T00:00:00.000Z"

export const stix: RuleExporter = {
  name: "stix",
  title: "STIX 2.1 indicators",
  actions: ["alert"],
  capabilities: {
    "ipv4-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "what the reader makes of it" },
    "ipv6-addr": { strengths: ["exact", "cidr"], directions: "both", sees: "what the reader makes of it" },
    "domain-name": { strengths: ["exact"], directions: "both", sees: "what the reader makes of it" },
    url: { strengths: ["exact"], directions: "both", sees: "what the reader makes of it" },
    "email-addr": { strengths: ["exact"], directions: "both", sees: "what the reader makes of it" },
    "file:name": { strengths: ["exact"], directions: "none", sees: "what the reader makes of it" },
    "file:hashes.MD5": { strengths: ["exact"], directions: "none", sees: "what the reader makes of it" },
    "file:hashes.SHA-1": { strengths: ["exact"], directions: "none", sees: "what the reader makes of it" },
    "file:hashes.SHA-256": { strengths: ["exact"], directions: "none", sees: "what the reader makes of it" },
    "file:hashes.SHA-512": { strengths: ["exact"], directions: "none", sees: "what the reader makes of it" },
    "user-agent": { strengths: ["exact"], directions: "both", sees: "what the reader makes of it" },
  },
  render: ({ indicators, header }) => [{ name: "sillage-indicators.stix.json", content: bundle(indicators, header) }],
  checkers: [{ program: "stix2_validator", args: ["{file}"] }],
}

function* bundle(indicators: readonly Indicator[], header: ExportHeader): Iterable<string> {
  const created = instant(header.date) ?? unstated
  yield `{"type":"bundle","id":"bundle--${uuidOf("bundle", ...header.bulletins, String(indicators.length))}","objects":[`
  const objects = [...header.tlps.map(markingDefinition), identity(created)]
  yield objects.map((object) => `\n${JSON.stringify(object)}`).join(",")
  const common = `","created_by_ref":"${identityId}","created":"${created}","modified":"${created}","name":`
  for (const indicator of indicators) yield `,\n${indicatorText(indicator, common, created)}`
  yield "\n]}\n"
}

const identityId = `identity--${uuidOf("identity", "sillage export")}`

function identity(created: string): unknown {
  return {
    type: "identity",
    spec_version: "2.1",
    id: identityId,
    created,
    modified: created,
    name: "Sillage export",
    identity_class: "system",
  }
}

export function markingDefinition(tlp: Tlp): unknown {
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id: markings[tlp],
    created: "2022-10-01T00:00:00.000Z",
    name: `TLP:${tlp.toUpperCase()}`,
    extensions: { "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": { extension_type: "property-extension", tlp_2_0: tlp } },
  }
}

/** Written by hand, member by member: a million objects need not be made for it. What is undefined is not written. */
function indicatorText(one: Indicator, common: string, created: string): string {
  const { type, value, tlp } = one
  const from = instant(one.validFrom) ?? created
  const until = instant(one.validUntil)
  let text = `{"type":"indicator","spec_version":"2.1","id":"indicator--${idOf[type](value)}${common}${nameText(one)}`
  if (one.comment !== undefined) text += `,"description":${jsonText(plainText(one.comment, 1_000))}`
  text += `,"indicator_types":["unknown"],"pattern":${patternText(one)},"pattern_type":"stix","pattern_version":"2.1","valid_from":"${from}"`
  // An end that is not after the beginning is no window (STIX 2.1 section 4.7).
  if (until !== undefined && until > from) text += `,"valid_until":"${until}"`
  if (one.confidence !== undefined) text += `,"confidence":${JSON.stringify(one.confidence)}`
  if (tlp !== undefined) text += `,"object_marking_refs":["${markings[tlp]}"]`
  return `${text}}`
}

const idOf = forEachType((type) => uuidsUnder("indicator", type))

const nameMax = 200

function nameText({ value, bulletin }: Indicator): string {
  const name = `${value} (${bulletin})`
  // What neither `plainText` nor JSON would change.
  return name.length <= nameMax && name.charCodeAt(0) !== 32 && isTame(name) ? `"${name}"` : JSON.stringify(plainText(name, nameMax))
}

function patternText(one: Indicator): string {
  const pattern = patternOf(one)
  return isTame(one.value) ? `"${pattern}"` : JSON.stringify(pattern)
}

export function patternOf({ type, value }: Pick<Indicator, "type" | "value">): string {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr": {
      if (!value.includes("-")) return `[${type}:value = ${literal(value)}]`
      return blockTexts(value)
        .map((text) => `[${type}:value = ${literal(text)}]`)
        .join(" OR ")
    }
    case "user-agent":
      return `[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = ${literal(value)}]`
    case "file:name":
      return `[file:name = ${literal(value)}]`
    default:
      return type.startsWith("file:hashes.")
        ? `[file:hashes.'${type.slice("file:hashes.".length)}' = ${literal(value)}]`
        : `[${type}:value = ${literal(value)}]`
  }
}

/** STIX patterning section 6: quote and backslash are escaped. */
function literal(text: string): string {
  return isTame(text) ? `'${text}'` : `'${text.replace(/[\\']/g, "\\$&")}'`
}

function instant(text: string | null | undefined): string | undefined {
  if (text === null || text === undefined) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}
