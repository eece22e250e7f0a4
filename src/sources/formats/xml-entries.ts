// The named values of one Windows event as XML, by pattern rather than by tree: a damaged event gives what stands.
import type { Entry } from "./plain-keys.js"

/** Named data, simple elements and the attributes that matter, unescaped. */
export function xmlEntries(text: string): readonly Entry[] {
  const entries: Entry[] = []
  const created = /<TimeCreated\s[^>]{0,80}?SystemTime=["']([^"']{10,40})["']/.exec(text)?.[1]
  if (created !== undefined) entries.push({ key: "SystemTime", value: created })
  for (const match of text.matchAll(
    /<Data\s+Name=["']([\w.-]{1,80})["']\s*(?:\/>|>([^<]{0,16384})<)|<([A-Z][\w]{1,60})(?:\s[^<>]{0,300})?>([^<]{1,16384})<\//g,
  )) {
    if (entries.length >= 500) break
    const [, name, data, element, content] = match
    const value = unescapeXml((data ?? content ?? "").trim())
    if (value !== "") entries.push({ key: (name ?? element) as string, value })
  }
  return entries
}

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text
  const names: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }
  return text.replace(
    /&(?:(lt|gt|quot|apos|amp)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g,
    (whole, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return names[name] as string
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}
