// Zeek's intelligence files: tab-separated, `#fields` names the columns, `Intel::` types.
import type { StatedType } from "../claim.js"
import { own } from "../own.js"
import type { BulletinFormat } from "./format.js"

export const zeekIntel: BulletinFormat = {
  name: "zeek-intel",
  title: "Zeek intelligence file",
  recognize({ head }) {
    return /^#fields[\t ](?:[^\n]{0,500}[\t ])?indicator[\t ]/m.test(head) && /indicator_type/.test(head) ? 1 : 0
  },
  parse(input, draft) {
    let fields: readonly string[] = []
    let line = 0
    for (const whole of input.text().split("\n")) {
      line++
      const text = whole.replace(/\r$/, "")
      if (text.startsWith("#fields")) fields = text.split(/\t| {2,}|\s/).slice(1)
      if (text.startsWith("#") || text.trim() === "") continue
      const where = `${input.name}:${line}`
      const cells = text.includes("\t") ? text.split("\t") : text.split(/\s+/)
      const cell = (name: string): string | undefined => {
        const value = cells[fields.indexOf(name)]
        return value === undefined || value === "-" ? undefined : value
      }
      if (fields.length === 0) {
        draft.problem("malformed", where, "a row before any #fields line")
        continue
      }
      const value = cell("indicator") ?? ""
      const type = cell("indicator_type") ?? ""
      const stated = own(types, type)
      draft.publisher ??= cell("meta.source") ?? null
      const link = cell("meta.url")
      if (link) draft.leave("url", link, "indicator-reference", "a reference link of its row", where)
      if (stated) draft.claim({ type: stated, value, provenance: where, comment: cell("meta.desc") })
      else
        draft.leave(
          type || "unknown",
          value,
          value === "" ? "indicator-empty" : "indicator-unsupported",
          `${type || "no type"}: not found in logs by its value`,
          where,
        )
    }
  },
}

const types: Readonly<Record<string, StatedType>> = {
  "Intel::ADDR": "address",
  "Intel::SUBNET": "address",
  "Intel::URL": "url",
  "Intel::EMAIL": "email-addr",
  "Intel::DOMAIN": "domain-name",
  "Intel::FILE_HASH": "hash",
  "Intel::FILE_NAME": "file",
  "Intel::CERT_HASH": "hash",
  "Intel::SOFTWARE": "user-agent",
}
