// Who reports: the organisation, its contact, its clock and its systems, as the user states them once in a JSON file.
import { type Pap, papLevels, parsePap, parseTlp, type Tlp, tlpLevels } from "../../model/tlp.js"

export interface Profile {
  readonly organisation: {
    readonly name: string
    readonly sector?: string
    readonly country?: string
    /** Registration number or the like. */
    readonly identifier?: string
    /** Ids of the deadline table that the organisation falls under; absent: all are shown, undecided. */
    readonly regimes?: readonly string[]
  }
  readonly contact: { readonly name?: string; readonly role?: string; readonly email?: string; readonly phone?: string }
  /** IANA zone of the local times; UTC if absent. */
  readonly zone: string | null
  /** How well the clocks of the log sources are set, in words. */
  readonly clock: string | null
  readonly assets: readonly ProfileAsset[]
  /** Own domain names and other words that must not leave in a redacted report. */
  readonly internalNames: readonly string[]
  readonly tlp: Tlp | null
  readonly pap: Pap | null
  readonly recipients: readonly ProfileRecipient[]
}

export interface ProfileAsset {
  /** Address or host name, as the logs have it. */
  readonly match: string
  readonly name?: string
  readonly role?: string
}

export interface ProfileRecipient {
  readonly id: string
  readonly name: string
  readonly email: string
}

/** What a person states about the case; the tool cannot know it. */
export interface CaseFacts {
  readonly id: string | null
  readonly title: string | null
  /** RFC 3339, UTC: when somebody responsible knew. The legal clock starts here. */
  readonly awareAt: string | null
  /** RFC 3339, UTC: when a person or a tool first noticed. */
  readonly detectedAt: string | null
  readonly state: "open" | "contained" | "closed" | null
  readonly measures: readonly CaseNote[]
  readonly nextSteps: readonly string[]
  /** What is known of the impact; "unknown" is a valid answer. */
  readonly impact: string | null
  readonly urgency: string | null
  readonly personalData: boolean | null
  readonly diary: readonly CaseNote[]
}

export interface CaseNote {
  readonly at: string | null
  readonly text: string
}

export const emptyProfile: Profile = {
  organisation: { name: "" },
  contact: {},
  zone: null,
  clock: null,
  assets: [],
  internalNames: [],
  tlp: null,
  pap: null,
  recipients: [],
}

export const emptyCase: CaseFacts = {
  id: null,
  title: null,
  awareAt: null,
  detectedAt: null,
  state: null,
  measures: [],
  nextSteps: [],
  impact: null,
  urgency: null,
  personalData: null,
  diary: [],
}

/** Reads a profile; throws an Error whose message names the faulty member. */
export function parseProfile(json: unknown): Profile {
  const root = objectOf(json, "profile", [
    "organisation",
    "contact",
    "zone",
    "clock",
    "assets",
    "internalNames",
    "tlp",
    "pap",
    "recipients",
    "$schema",
  ])
  const organisation = objectOf(root.organisation ?? {}, "organisation", ["name", "sector", "country", "identifier", "regimes"])
  const contact = objectOf(root.contact ?? {}, "contact", ["name", "role", "email", "phone"])
  const zone = textOf(root.zone, "zone")
  if (zone !== undefined && !isZone(zone)) throw new Error(`zone: ${zone} is no IANA time zone such as Europe/Paris`)
  return {
    organisation: {
      name: textOf(organisation.name, "organisation.name") ?? "",
      ...optional("sector", textOf(organisation.sector, "organisation.sector")),
      ...optional("country", textOf(organisation.country, "organisation.country")),
      ...optional("identifier", textOf(organisation.identifier, "organisation.identifier")),
      ...optional("regimes", organisation.regimes === undefined ? undefined : textsOf(organisation.regimes, "organisation.regimes")),
    },
    contact: {
      ...optional("name", textOf(contact.name, "contact.name")),
      ...optional("role", textOf(contact.role, "contact.role")),
      ...optional("email", textOf(contact.email, "contact.email")),
      ...optional("phone", textOf(contact.phone, "contact.phone")),
    },
    zone: zone ?? null,
    clock: textOf(root.clock, "clock") ?? null,
    assets: listOf(root.assets, "assets").map((one, at) => {
      const asset = objectOf(one, `assets[${at}]`, ["match", "name", "role"])
      return {
        match: needed(textOf(asset.match, `assets[${at}].match`), `assets[${at}].match`),
        ...optional("name", textOf(asset.name, `assets[${at}].name`)),
        ...optional("role", textOf(asset.role, `assets[${at}].role`)),
      }
    }),
    internalNames: textsOf(root.internalNames, "internalNames"),
    tlp: root.tlp === undefined || root.tlp === null ? null : labelOf(parseTlp(String(root.tlp)), "tlp", tlpLevels),
    pap: root.pap === undefined || root.pap === null ? null : labelOf(parsePap(String(root.pap)), "pap", papLevels),
    recipients: listOf(root.recipients, "recipients").map((one, at) => {
      const recipient = objectOf(one, `recipients[${at}]`, ["id", "name", "email"])
      const id = needed(textOf(recipient.id, `recipients[${at}].id`), `recipients[${at}].id`)
      return {
        id,
        name: textOf(recipient.name, `recipients[${at}].name`) ?? id,
        email: needed(textOf(recipient.email, `recipients[${at}].email`), `recipients[${at}].email`),
      }
    }),
  }
}

/** Reads the facts of a case; throws an Error whose message names the faulty member. Instants are for the caller to normalise. */
export function parseCase(json: unknown): CaseFacts {
  const root = objectOf(json, "case", [...Object.keys(emptyCase), "$schema"])
  const state = textOf(root.state, "state") ?? null
  if (state !== null && state !== "open" && state !== "contained" && state !== "closed")
    throw new Error(`state: ${state} is none of open, contained, closed`)
  if (root.personalData !== undefined && root.personalData !== null && typeof root.personalData !== "boolean")
    throw new Error("personalData: true, false or null is expected")
  return {
    id: textOf(root.id, "id") ?? null,
    title: textOf(root.title, "title") ?? null,
    awareAt: textOf(root.awareAt, "awareAt") ?? null,
    detectedAt: textOf(root.detectedAt, "detectedAt") ?? null,
    state,
    measures: notesOf(root.measures, "measures"),
    nextSteps: textsOf(root.nextSteps, "nextSteps"),
    impact: textOf(root.impact, "impact") ?? null,
    urgency: textOf(root.urgency, "urgency") ?? null,
    personalData: (root.personalData as boolean | null | undefined) ?? null,
    diary: notesOf(root.diary, "diary"),
  }
}

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

const textMax = 4_000
const listMax = 10_000

function notesOf(value: unknown, where: string): readonly CaseNote[] {
  return listOf(value, where).map((one, at) => {
    if (typeof one === "string") return { at: null, text: needed(textOf(one, `${where}[${at}]`), `${where}[${at}]`) }
    const note = objectOf(one, `${where}[${at}]`, ["at", "text"])
    return {
      at: textOf(note.at, `${where}[${at}].at`) ?? null,
      text: needed(textOf(note.text, `${where}[${at}].text`), `${where}[${at}].text`),
    }
  })
}

function objectOf(value: unknown, where: string, members: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${where}: an object is expected`)
  const stray = Object.keys(value).find((name) => !members.includes(name))
  if (stray !== undefined) throw new Error(`${where}: ${stray} is not known here; known are ${members.join(", ")}`)
  return value as Record<string, unknown>
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Error(`${where}: a list is expected`)
  if (value.length > listMax) throw new Error(`${where}: at most ${listMax} entries`)
  return value
}

function textsOf(value: unknown, where: string): readonly string[] {
  return listOf(value, where).map((one, at) => needed(textOf(one, `${where}[${at}]`), `${where}[${at}]`))
}

function textOf(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== "string") throw new Error(`${where}: a text is expected`)
  if (value.length > textMax) throw new Error(`${where}: at most ${textMax} characters`)
  return value.trim() === "" ? undefined : value.trim()
}

function needed(value: string | undefined, where: string): string {
  if (value === undefined) throw new Error(`${where}: a text is expected`)
  return value
}

function labelOf<T>(label: T | undefined, where: string, known: readonly string[]): T {
  if (label === undefined) throw new Error(`${where}: one of ${known.join(", ")} is expected`)
  return label
}

function optional<K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in K]?: V })
}
