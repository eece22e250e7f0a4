// Web pages: the text of blocks and cells, kept apart; what links point to is a reference; scripts and styles are nothing.
import type { Parser } from "htmlparser2"
import type { BulletinDraft } from "../draft.js"
import { readMeaning } from "../meaning.js"
import { readProse } from "../prose.js"
import type { BulletinFormat } from "./format.js"

export const html: BulletinFormat = {
  name: "html",
  title: "Web page (HTML)",
  recognize({ head }) {
    if (/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html\b)/i.test(head)) return 1
    const tags = head.match(/<\/?(?:p|div|table|tr|td|span|a|ul|li|br|h[1-6]|body|pre)\b[^>]*>/gi)?.length ?? 0
    return /^\s*</.test(head) && tags >= 3 ? 0.8 : tags >= 10 && tags * 200 > head.length ? 0.62 : 0
  },
  parse: (input, draft) => readPage(input.text(), input.name, draft),
}

/** Reads a page's text and links into a draft; also for the HTML part of a mail. */
export async function readPage(source: string, name: string, draft: BulletinDraft): Promise<void> {
  // Loaded when a page is read: starting must not cost what few bulletins need.
  const page = pageText(source, (await import("htmlparser2")).Parser)
  if (page.cut) draft.problem("limit", name, `nested deeper than ${depthMax} levels; what is inside was not read`)
  draft.title ??= page.meta["og:title"] ?? page.title ?? null
  draft.publisher ??= page.meta["og:site_name"] ?? null
  draft.published ??= (page.meta["article:published_time"] ?? page.meta.date ?? page.meta["dc.date"] ?? "").slice(0, 10) || null
  const own = /^https?:\/\/(?:www\.)?([^/:?#]+)/i.exec(page.canonical ?? page.meta["og:url"] ?? "")?.[1]
  if (own) draft.ownHosts.add(own.toLowerCase())
  const mails = page.links.filter(({ address }) => /^mailto:/i.test(address))
  draft.contact ??= mails[0]?.address.replace(/^mailto:/i, "").replace(/\?.*$/, "") ?? null
  readMeaning(page.text, name, draft)
  for (const { address } of page.links) for (const id of address.match(/CERTFR-\d{4}-[A-Z]{3}-\d{3}/g) ?? []) draft.reference(id)
  readProse(page.text, { name, links: page.links }, draft)
}

interface Page {
  readonly text: string
  readonly links: readonly { readonly address: string; readonly line: number }[]
  readonly title: string | undefined
  readonly canonical: string | undefined
  readonly meta: Readonly<Record<string, string>>
  /** The page is nested so deep that the rest of it was not read. */
  readonly cut: boolean
}

const blocks = new Set(
  "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol option p pre section select summary table tbody tfoot thead title tr ul".split(
    " ",
  ),
)
const silent = new Set(["script", "style", "noscript", "template", "svg", "head", "iframe", "object"])
const linksMax = 20_000
const depthMax = 5_000

function pageText(source: string, PageParser: typeof Parser): Page {
  const parts: string[] = []
  const links: { address: string; line: number }[] = []
  const meta: Record<string, string> = Object.create(null)
  let title: string | undefined
  let canonical: string | undefined
  let inTitle = false
  let muted = 0
  let depth = 0
  let line = 1
  let preformatted = 0
  let cut = false
  let link: { text: string; address: string } | undefined
  const put = (text: string): void => {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) line++
    parts.push(text)
  }
  const parser = new PageParser(
    {
      onopentag(name, attributes) {
        depth++
        if (depth > depthMax) cut = true
        if (cut) return
        if (name === "title") inTitle = true
        if (name === "meta") {
          const key = (attributes.property ?? attributes.name ?? "").toLowerCase()
          if (key && attributes.content) meta[key] ??= attributes.content
        }
        if (name === "link" && attributes.rel === "canonical") canonical ??= attributes.href
        if (silent.has(name)) muted++
        if (muted > 0) return
        if (name === "pre") preformatted++
        if (blocks.has(name)) put(/^h[1-6]$/.test(name) ? "\n# " : "\n")
        if (name === "td" || name === "th") put("\t")
        if (name === "li") put("- ")
        if ((name === "code" || name === "kbd" || name === "tt" || name === "samp") && preformatted === 0) put("`")
        if (name === "a" && attributes.href && links.length < linksMax) {
          links.push({ address: attributes.href, line })
          link = { text: "", address: attributes.href }
        }
      },
      ontext(text) {
        if (inTitle) title = `${title ?? ""}${text}`
        if (muted > 0 || cut) return
        if (link) link.text += text
        put(preformatted > 0 ? text : text.replace(/\s+/g, " "))
      },
      onclosetag(name) {
        depth--
        if (name === "title") inTitle = false
        if (silent.has(name)) muted = Math.max(0, muted - 1)
        else if (muted === 0) {
          if (name === "pre") preformatted = Math.max(0, preformatted - 1)
          if ((name === "code" || name === "kbd" || name === "tt" || name === "samp") && preformatted === 0) put("`")
          if (name === "a" && link) {
            // A link that shows its own address is one reference, not a value beside it.
            if (/^\s*(?:https?|ftp):\/\//i.test(link.text)) removeShown(parts, link.text)
            link = undefined
          }
          if (blocks.has(name)) put("\n")
          if (name === "td" || name === "th") put("\t")
        }
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  )
  for (let at = 0; at < source.length && !cut; at += 65_536) parser.write(source.slice(at, at + 65_536))
  parser.end()
  // Newlines stay, since provenance counts them.
  return { text: parts.join(""), links, title: title?.trim().replace(/\s+/g, " "), canonical, meta, cut }
}

function removeShown(parts: string[], shown: string): void {
  let left = shown.length
  for (let at = parts.length - 1; at >= 0 && left > 0; at--) {
    const part = parts[at]!
    left -= part.length
    parts[at] = " ".repeat(1)
    if (part.includes("\n")) parts[at] = "\n".repeat(part.split("\n").length - 1)
  }
}
