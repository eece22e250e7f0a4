// Lists of Suricata: datasets of strings in base64, with or without reputation, and iprep lists (`address,category,score`).
import type { BulletinFormat } from "./format.js"

export const suricataList: BulletinFormat = {
  name: "suricata-list",
  title: "Suricata dataset or iprep list",
  recognize({ head }) {
    const lines = head
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "" && !line.startsWith("#"))
      .slice(0, 200)
    if (lines.length === 0) return 0
    if (lines.every((line) => iprep.test(line))) return 0.9
    const decoded = (lines.length > 1 ? lines.slice(0, -1) : lines).map((line) => decode(line))
    return decoded.every((value) => value !== undefined && /^[\x20-\x7e]*[.\x20/:][\x20-\x7e]*$/.test(value.value)) ? 0.85 : 0
  },
  parse(input, draft) {
    let line = 0
    for (const whole of input.text().split("\n")) {
      line++
      const text = whole.trim()
      if (text === "" || text.startsWith("#")) continue
      const where = `${input.name}:${line}`
      const reputation = iprep.exec(text)
      if (reputation) {
        const score = Number(reputation[3])
        // Suricata's scores go to 127, and 0 means that the category no longer holds.
        draft.claim({
          type: "address",
          value: reputation[1]!,
          provenance: where,
          confidence: Math.min(100, Math.round((score / 127) * 100)),
          withdrawn: score === 0,
        })
        continue
      }
      const entry = decode(text)
      if (entry) draft.claim({ type: "any", value: entry.value, provenance: where, original: text })
      else draft.leave("unknown", text, "indicator-unreadable", "neither base64 nor an iprep line", where)
    }
  },
}

const iprep = /^([0-9a-fA-F.:]+(?:\/\d{1,3})?),(\d{1,2}),(\d{1,3})$/

function decode(line: string): { readonly value: string } | undefined {
  const encoded = /^((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)(?:,\d{1,5})?$/.exec(line.trim())?.[1]
  if (encoded === undefined || encoded.length < 8 || /^[0-9a-fA-F]{32,}$/.test(encoded)) return undefined
  try {
    return { value: new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0))) }
  } catch {
    return undefined // base64 by its letters only: no text inside
  }
}
