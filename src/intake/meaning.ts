// What a report says beside its values: title, publisher, dates, window, request, contact, actors, references. Only what stands there.
import { actorsInText, authoritiesInText } from "./actors.js"
import { newsrooms } from "./data/newsrooms.js"
import type { BulletinDraft } from "./draft.js"
import { tlpOfTag } from "./marking.js"
import { refangProse } from "./prose.js"
import { isPublishers } from "./quality.js"

/** Meaning is read from this much text at most; reports say it early. */
const textLengthMax = 2_000_000

export function readMeaning(whole: string, name: string, draft: BulletinDraft): void {
  const text = whole.slice(0, textLengthMax)
  const lines = text.split(/\r?\n/)
  readInformation(lines, draft)
  readTitle(lines, draft)
  draft.published ??= publishedIn(text) ?? null
  draft.tlp ??= tlpOfTag(
    /\bTLP\s*[:=]\s*(?:CLEAR|WHITE|GREEN|AMBER(?:\s*\+\s*STRICT)?|RED)\b/i.exec(text)?.[0].replace(/\s*\+\s*/, "+") ?? "",
  )
  readPublisher(text, lines, draft)
  readWindow(text, draft)
  readContact(text, draft)
  for (const { name: actor, canonical, offset, note } of actorsInText(text))
    draft.actor(actor, `${name}:${lineAt(text, offset)}`, note, canonical ?? undefined)
  for (const authority of authoritiesInText(text)) draft.authorities.add(authority)
  readReferences(text, draft)
}

const months = [
  ["january", "janvier", "jan", "janv"],
  ["february", "février", "fevrier", "feb", "févr"],
  ["march", "mars", "mar"],
  ["april", "avril", "apr", "avr"],
  ["may", "mai"],
  ["june", "juin", "jun"],
  ["july", "juillet", "jul", "juil"],
  ["august", "août", "aout", "aug"],
  ["september", "septembre", "sep", "sept"],
  ["october", "octobre", "oct"],
  ["november", "novembre", "nov"],
  ["december", "décembre", "decembre", "dec", "déc"],
] as const
const monthNames = months
  .flat()
  .sort((a, b) => b.length - a.length)
  .join("|")
const dayPattern = `(?:\\d{4}-\\d{2}-\\d{2}|\\d{1,2}(?:st|nd|rd|th|er)?\\s+(?:of\\s+)?(?:${monthNames})\\.?,?\\s+\\d{4}|(?:${monthNames})\\.?\\s+\\d{1,2}(?:st|nd|rd|th)?,?\\s+\\d{4})`
const monthPattern = `(?:${monthNames})\\.?\\s+\\d{4}`

/** A day as people write it, English or French, as `yyyy-mm-dd`. */
export function parseDay(text: string): string | undefined {
  const plain = text.trim().toLowerCase()
  const iso = /^(\d{4})-(\d{2})-(\d{2})/.exec(plain)
  if (iso) return validDay(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|er)?\s+(?:of\s+)?([\p{L}]+)\.?,?\s+(\d{4})/u.exec(plain)
  if (dayFirst) return validDay(Number(dayFirst[3]), monthOf(dayFirst[2]!), Number(dayFirst[1]))
  const monthFirst = /^([\p{L}]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})/u.exec(plain)
  return monthFirst ? validDay(Number(monthFirst[3]), monthOf(monthFirst[1]!), Number(monthFirst[2])) : undefined
}

function monthOf(name: string): number {
  return months.findIndex((names) => (names as readonly string[]).includes(name.toLowerCase())) + 1
}

function validDay(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day))
  return month >= 1 && month <= 12 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : undefined
}

/** Front matter and information blocks: `Date: …`, `+ Source: …`. */
function readInformation(lines: readonly string[], draft: BulletinDraft): void {
  for (const line of lines.slice(0, 60)) {
    const pair =
      /^\s*(?:[-+*>|]\s*)?\**"?(title|titre|objet|subject|source|publisher|site|author|auteur|date|published|publication|link|url|canonical|tlp|contact)"?\**\s*(?::|\t)\s*\**\s*(.+?)\s*$/i.exec(
        line,
      )
    if (!pair) continue
    const value = pair[2]!.replace(/^["']|["']$/g, "")
    switch (pair[1]!.toLowerCase()) {
      case "title":
      case "titre":
      case "objet":
      case "subject":
        draft.title ??= value
        break
      case "source":
      case "publisher":
      case "site":
        if (!value.includes("://") && value.length <= 100) draft.publisher ??= value
        break
      case "date":
      case "published":
        draft.published ??= parseDay(value) ?? null
        break
      case "link":
      case "url":
      case "canonical": {
        const host = /https?:\/\/([^\s/)>\]]+)/i.exec(value)?.[1]?.toLowerCase()
        if (host) draft.ownHosts.add(host.replace(/^www\./, ""))
        break
      }
    }
  }
}

function readTitle(lines: readonly string[], draft: BulletinDraft): void {
  const heading = lines.find((line) => /^\s*(?:#|=)\s+\S/.test(line))
  const first = lines.find((line) => line.trim() !== "" && !/^\s*(?:---|:[\w-]+:|\/\/)/.test(line) && !surroundings.test(line))
  const title = heading?.replace(/^\s*[#=]+\s+/, "") ?? (first && first.length <= 300 && /\s/.test(first.trim()) ? first : undefined)
  draft.title ??= title === undefined ? null : refangProse(title.trim())
}

/** What stands above the headline when the text of a page is copied: skip links, banners, paths through the site, menus. */
const surroundings =
  /^\s*(?:(?:skip|jump|go) to (?:the )?(?:main )?(?:content|navigation)|aller (?:au|à la) (?:contenu|navigation)|accéder au contenu|passer au contenu|zum (?:haupt)?inhalt|an official website of .*|here['’]s how you know|america['’]s cyber defense agency|cybersecurity advisory|(?:blog|news|research|alerte?s?)|menu|search|rechercher|home|accueil|navigation|toggle \w+|breadcrumb|close|english|français|sign in|log ?in|(?:share|partager)\b.*|[^>›»]{1,40}(?: [>›»] [^>›»]{1,60})+)\s*$/i

function publishedIn(text: string): string | undefined {
  const stated = new RegExp(
    `(?:published|publi[ée]e?(?:\\s+le)?|posted|date(?: de (?:la )?(?:premi[èe]re )?(?:version|publication))?|issued|released|le)\\s*(?:on|:|le)?\\s*(${dayPattern})`,
    "i",
  ).exec(text.slice(0, 5000))
  if (stated) return parseDay(stated[1]!)
  // A line that is only a date, or a byline between bars; then the place and date of a letter; then a revision.
  const head = text.slice(0, 3000)
  const alone = new RegExp(`^(?:[^|\\n]{0,80}\\|)?[ \\t]*(${dayPattern})[ \\t]*(?:\\|.*)?$`, "im").exec(head)
  const revised = new RegExp(
    `(?:last (?:revised|updated|modified)|revised|updated|mise? à jour(?: le)?)\\s*(?:on|:|le)?\\s*(${dayPattern})`,
    "i",
  ).exec(head)
  const day = alone?.[1] ?? revised?.[1]
  return day === undefined ? undefined : parseDay(day)
}

function readPublisher(text: string, lines: readonly string[], draft: BulletinDraft): void {
  if (draft.publisher !== null) return
  const first = lines.find((line) => line.trim() !== "") ?? ""
  for (const { publisher, kickers, mark } of newsrooms) {
    const kicker = kickers.find((words) => first.startsWith(words))
    if (kicker === undefined || !mark.test(text.slice(0, 5000))) continue
    draft.publisher = publisher
    // The kicker above the headline sticks to it when a page is copied as text.
    if (draft.title?.startsWith(kicker)) draft.title = draft.title.slice(kicker.length).trim()
    return
  }
  if (/\bCERTFR-\d{4}-(?:IOC|ALE|AVI|CTI|ACT|DUR)-\d{3}\b/.test(text.slice(0, 1500))) draft.publisher = "CERT-FR"
  // An article cites the code of an advisory within its sentences; the advisory itself has it as a line.
  else if (
    /^[ \t]*(?:Alert|Advisory)?(?:[ \t]Code)?[ \t:(]*(?:AA|TA|ICSA-)\d{2}-\d{3}[A-Z]?(?:-\d{2})?\)?[ \t]*$/im.test(text.slice(0, 1500))
  )
    draft.publisher = "CISA"
}

const searchCue =
  /\b(?:search\w*|hunt\w*|look(?:ing)? for|retro-?search|indicators?|IOCs?|IoCs?|recherch\w*|investigu\w*|indicateurs?|journaux|logs?)\b/i

interface Bound {
  readonly from?: string
  readonly to?: string
  readonly index: number
}

/** The window in which indicators hold, and the sentence that asks for a search. */
function readWindow(text: string, draft: BulletinDraft): void {
  const flat = text.replace(/\r?\n(?![^\S\n]{0,200}\n)/g, " ")
  const bound = findBound(flat, draft.published)
  const stated = draft.window.from !== null || draft.window.to !== null
  if (bound && !stated) draft.window = { from: bound.from ?? null, to: bound.to ?? null }
  const asked = bound && searchCue.test(sentenceAt(flat, bound.index)) ? sentenceAt(flat, bound.index) : requestIn(flat)
  draft.request ??= asked ? asked.slice(0, 500) : null
}

function findBound(text: string, published: string | null): Bound | undefined {
  const starting =
    "(?:since|from|starting (?:in|from|at)|start(?:s|ing)? (?:at|from|in|with)|beginning (?:in|from)|as of|back to|depuis|à partir du?|à compter du?|dès)"
  const beginning = new RegExp(
    `${starting}\\s+(?:(?:the|le)\\s+)?(?:beginning|start|d[ée]but)\\s+(?:of|de)?\\s*(?:l['’]ann[ée]e\\s+|the year\\s+|year\\s+)?(\\d{4})\\b`,
    "i",
  ).exec(text)
  if (beginning) return { from: `${beginning[1]}-01-01`, index: beginning.index }
  const between = new RegExp(
    `(?:between|from|entre|du)\\s+(?:le\\s+)?(${dayPattern}|${monthPattern})\\s+(?:and|to|until|till|et|au|à|jusqu['’]au)\\s+(?:le\\s+)?(${dayPattern}|${monthPattern})`,
    "i",
  ).exec(text)
  if (between && searchCue.test(sentenceAt(text, between.index))) {
    const from = dayOrMonth(between[1]!)
    const to = dayOrMonth(between[2]!)
    if (from && to) return { from: from.first, to: to.last, index: between.index }
  }
  const day = new RegExp(`${starting}\\s+(?:le\\s+)?(${dayPattern}|${monthPattern}|(?:the\\s+year\\s+|l['’]ann[ée]e\\s+)?\\d{4}\\b)`, "gi")
  for (const match of text.matchAll(day)) {
    if (!searchCue.test(sentenceAt(text, match.index))) continue
    const from = dayOrMonth(match[1]!)?.first ?? (/(\d{4})$/.test(match[1]!) ? `${match[1]!.slice(-4)}-01-01` : undefined)
    if (from) return { from, index: match.index }
  }
  // "since the beginning of the year" dates a search only where the sentence asks for one and the text is dated.
  const thisYear = new RegExp(
    `${starting}\\s+(?:(?:the|le)\\s+)?(?:beginning|start|d[ée]but)\\s+(?:of the|of this|de l['’]|de cette)\\s*(?:year|ann[ée]e)`,
    "i",
  ).exec(text)
  if (thisYear && published && /\b(?:search\w*|hunt\w*|recherch\w*)\b/i.test(sentenceAt(text, thisYear.index)))
    return { from: `${published.slice(0, 4)}-01-01`, index: thisYear.index }
  return undefined
}

function dayOrMonth(text: string): { readonly first: string; readonly last: string } | undefined {
  const day = parseDay(text)
  if (day) return { first: day, last: day }
  const month = /^([\p{L}]+)\.?\s+(\d{4})$/u.exec(text.trim())
  const number = month ? monthOf(month[1]!) : 0
  if (!month || number === 0) return undefined
  const year = Number(month[2])
  return { first: validDay(year, number, 1)!, last: new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10) }
}

function requestIn(text: string): string | undefined {
  const cue =
    /(?:(?:please|we (?:ask|recommend|encourage|urge)|organi[sz]ations (?:are|should)|should|must) [^.]{0,120}\b(?:search|hunt|look for)|il (?:est|convient)[^.]{0,80}\brechercher|(?:recommande|demande|invite)[^.]{0,120}\brecherche|pour recherche et d[ée]tection|searches should)/i.exec(
      text,
    )
  return cue ? sentenceAt(text, cue.index) : undefined
}

function sentenceAt(text: string, index: number): string {
  const before = text.slice(Math.max(0, index - 600), index)
  const start = Math.max(before.lastIndexOf(". "), before.lastIndexOf("\n"), before.lastIndexOf("! "), before.lastIndexOf("? "))
  const after = text.slice(index, index + 600)
  const end = /[.!?](?=["'”»)]*(?:\s|$))["'”»)]*|\n/.exec(after)
  return `${before.slice(start < 0 ? 0 : start + 1)}${end ? after.slice(0, end.index + end[0].length) : after}`.replace(/\s+/g, " ").trim()
}

/** The mailbox for reports: one of a publisher, of a mail link, or beside a word for contact. */
function readContact(text: string, draft: BulletinDraft): void {
  if (draft.contact !== null) return
  const plain = refangProse(text)
  const mailbox = "(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,10}"
  const linked = new RegExp(`mailto:\\/{0,2}(${mailbox})`, "i").exec(plain)?.[1]
  const beside = new RegExp(
    `(?:contact\\w*|reach us|report (?:it|to|this)|signal\\w*|joindre|e-?mail us|[ée]crire|courriel|write to)[^\\n]{0,80}?(${mailbox})`,
    "i",
  ).exec(plain)?.[1]
  const publishers = [...plain.matchAll(new RegExp(mailbox, "g"))]
    .map(([mail]) => mail)
    .find((mail) => isPublishers(mail.slice(mail.indexOf("@") + 1).toLowerCase()))
  draft.contact = linked ?? publishers ?? beside ?? null
}

const bulletinIds =
  /\b(?:CERTFR-\d{4}-[A-Z]{3}-\d{3}|AA\d{2}-\d{3}[A-Z]|ICSA-\d{2}-\d{3}-\d{2}|TA\d{2}-\d{3}[A-Z]|CERT-UA#\d+|VU#\d{5,6})\b/g

/** Bulletins that the text points to: their ids, and the addresses of publishers' pages. */
function readReferences(text: string, draft: BulletinDraft): void {
  for (const match of text.matchAll(bulletinIds)) draft.reference(match[0])
  for (const match of text.matchAll(/https?:\/\/[^\s"'<>)\]|`]+/gi)) {
    const address = match[0].replace(/[.,;:!?]+$/, "")
    const host = /^https?:\/\/([^/:?#]+)/i.exec(address)?.[1]?.toLowerCase()
    if (host && isAuthoritySite(host) && /\/.+/.test(address.slice(8))) draft.reference(address)
  }
}

function isAuthoritySite(host: string): boolean {
  return (
    isPublishers(host) &&
    /(?:gouv\.fr|\.gov|\.gov\.\w+|europa\.eu|bund\.de|admin\.ch|cert\.\w+|circl\.lu|jpcert\.or\.jp|govcert\.ch|ncsc\.\w+)$/.test(host)
  )
}

function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++
  return line
}
