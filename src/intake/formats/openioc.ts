// OpenIOC 1.0 and 1.1: the items of the indicator tree. An item whose content is empty is named, never silently nothing.
import type { StatedType } from "../claim.js"
import type { BulletinDraft } from "../draft.js"
import { own } from "../own.js"
import { child, descendants, parseXml, type XmlElement } from "../xml.js"
import type { BulletinFormat } from "./format.js"

export const openioc: BulletinFormat = {
  name: "openioc",
  title: "OpenIOC 1.0 or 1.1",
  recognize({ head }) {
    if (!/^\s*</.test(head)) return 0
    return /<(?:\w+:)?(?:ioc|OpenIOC)\b[^>]*schemas?\.mandiant\.com|<(?:\w+:)?OpenIOC\b|openioc\.org\/schemas/i.test(head)
      ? 1
      : /<(?:\w+:)?IndicatorItem\b/.test(head)
        ? 0.9
        : 0
  },
  parse(input, draft) {
    const { root, faults } = parseXml(input.text())
    for (const { code, line, message } of faults) draft.problem(code, `${input.name}:${line}`, message)
    if (!root) return
    describe(root, draft, input.name)
    for (const item of descendants(root, "IndicatorItem")) readItem(item, input.name, draft)
  },
}

function describe(root: XmlElement, draft: BulletinDraft, name: string): void {
  const holder = child(root, "metadata") ?? root
  draft.title ??= child(holder, "description")?.text || child(holder, "short_description")?.text || null
  draft.publisher ??= child(holder, "authored_by")?.text || null
  draft.published ??=
    child(holder, "authored_date")?.text.slice(0, 10) ||
    root.attributes["published-date"]?.slice(0, 10) ||
    root.attributes["last-modified"]?.slice(0, 10) ||
    null
  for (const link of descendants(holder, "link")) {
    const address = link.attributes.href ?? link.text
    if (/:\/\//.test(address)) {
      draft.leave("url", address, "indicator-reference", `a link (${link.attributes.rel ?? "unnamed"})`, `${name}:${link.line}`)
      draft.reference(address)
    }
  }
}

function readItem(item: XmlElement, name: string, draft: BulletinDraft): void {
  const search = child(item, "Context")?.attributes.search ?? ""
  const content = child(item, "Content")
  const where = `${name}:${(content ?? item).line}`
  const value = content?.text ?? ""
  if (value === "") {
    const id = item.attributes.id ?? ""
    // A broken exporter of MISP put the values into the ids; they are shown, for a person to judge.
    const hint = id !== "" && !/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id) ? `; its id reads ${id.slice(0, 200)}` : ""
    draft.leave(search || "openioc", id, "indicator-empty", `an item for ${search || "nothing"} without content${hint}`, where)
    return
  }
  const condition = (item.attributes.condition ?? "is").toLowerCase()
  const negated = item.attributes.negate === "true" || /not$/.test(condition)
  const type = typeOf(search)
  if (type === undefined) draft.leave(search, value, "indicator-unsupported", `${search} is not found in logs by its value`, where)
  else if (negated)
    draft.leave(search, value, "indicator-unsupported", `a negated item (${condition}) names what is good, not what is bad`, where)
  else if (condition === "is" || condition === "matches-exactly" || condition === "contains")
    draft.claim({ type, value, provenance: where })
  else draft.leave(search, value, "indicator-unsupported", `condition ${condition} is not hunted: only whole values are`, where)
}

function typeOf(search: string): StatedType | undefined {
  const term = search.replace(/^.*?(\w+\/\w+)$/, "$1").toLowerCase()
  return own(terms, search.toLowerCase()) ?? own(terms, term)
}

const terms: Readonly<Record<string, StatedType>> = {
  "network/dns": "host",
  "networkitem/dns": "host",
  "dnsentryitem/host": "host",
  "dnsentryitem/recordname": "host",
  "dnsentryitem/recorddata/host": "host",
  "dnsentryitem/recorddata/ipv4address": "address",
  "network/uri": "any",
  "networkitem/url": "url",
  "urlhistoryitem/url": "url",
  "urlhistoryitem/hostname": "host",
  "filedownloadhistoryitem/sourceurl": "url",
  "portitem/remoteip": "address",
  "routeentryitem/destination": "address",
  "routeentryitem/gateway": "address",
  "network/useragent": "user-agent",
  "email/from": "email-addr",
  "email/to": "email-addr",
  "email/attachment/name": "file",
  "fileitem/md5sum": "file:hashes.MD5",
  "fileitem/sha1sum": "file:hashes.SHA-1",
  "fileitem/sha256sum": "file:hashes.SHA-256",
  "fileitem/filename": "file",
  "fileitem/fullpath": "file:path",
  "fileitem/filepath": "file:path",
  "processitem/name": "file",
  "processitem/path": "file:path",
  "taskitem/md5sum": "file:hashes.MD5",
  "serviceitem/servicedllmd5sum": "file:hashes.MD5",
  "driveritem/md5sum": "file:hashes.MD5",
}
