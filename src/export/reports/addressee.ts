// To whom a report goes: the contact that the bulletin names itself comes first, then the profile's own recipients, then the table of teams.
import type { Bulletin } from "../../model/bulletin.js"
import { recipients } from "./data/recipients.js"
import type { Profile } from "./profile.js"

export interface Addressee {
  readonly name: string
  readonly email: string
  /** Where the address comes from, in words: a forged bulletin can name any. */
  readonly from: string
}

const address = /^[^\s@<>,;:"()[\]\\\u0000-\u001f]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i

export function isMailAddress(text: string): boolean {
  return text.length <= 254 && address.test(text)
}

/** `to` is an id of the profile or the table, `bulletin`, or an address; throws an Error in words for the user. */
export function addresseeOf(to: string, profile: Profile, bulletins: readonly Bulletin[]): Addressee {
  if (isMailAddress(to)) return { name: to, email: to, from: "given on the command line" }
  const named = bulletins.flatMap((one) => {
    const email = mailIn(one.contact)
    return email === undefined ? [] : [{ name: one.publisher ?? email, email, from: `named by the bulletin ${one.title ?? one.format}` }]
  })
  if (to === "bulletin") {
    const first = named[0]
    if (!first) throw new Error("the bulletin names no mail address to report to: give --to with a name or an address")
    return first
  }
  const own = profile.recipients.find((one) => one.id === to)
  if (own) {
    if (!isMailAddress(own.email)) throw new Error(`${own.email} of the profile is no mail address`)
    return { name: own.name, email: own.email, from: "from the profile" }
  }
  const team = recipients.find((one) => one.id === to)
  if (!team)
    throw new Error(
      `--to ${to} is none of ${[...profile.recipients.map((one) => one.id), ...recipients.map((one) => one.id)].join(", ")}, bulletin, or an address`,
    )
  // A bulletin of this very team may name the mailbox of the campaign: it knows better than the table.
  const special = named.find((one) => team.email !== null && domainOf(one.email) === domainOf(team.email))
  if (special) return { ...special, name: team.name }
  if (team.email === null)
    throw new Error(
      `${team.name} takes reports by its form, ${team.form}: fill it in with the files written without --to, or give an address`,
    )
  return {
    name: team.name,
    email: team.email,
    from: `from the table of teams: ${team.source}, ${team.asOf}, ${team.standing}; confirm it before the first use`,
  }
}

/** The address in a contact line such as `CERT-FR <cert@example>` or a `mailto:` link, refanged. */
export function mailIn(contact: string | null): string | undefined {
  if (contact === null) return undefined
  const plain = contact
    .slice(0, 500)
    .replace(/\s*[[({]\s*(?:at|arobase|@)\s*[\])}]\s*/gi, "@")
    .replace(/\s*[[({]\s*(?:dot|point|\.)\s*[\])}]\s*/gi, ".")
  return plain
    .split(/[\s<>,;()"]+/)
    .map((word) => word.replace(/^mailto:/i, "").replace(/[.:]+$/, ""))
    .find(isMailAddress)
}

function domainOf(email: string): string {
  return email.slice(email.indexOf("@") + 1).toLowerCase()
}
