// How much the publisher of a bulletin is worth as a source (F9), from what the bulletin itself says.
import type { Bulletin } from "../../model/bulletin.js"
import type { PublisherQuality } from "./triage.js"

/** National and governmental teams, as bulletins name them. */
const national =
  /\b(?:anssi|cert-?fr|certfr|cert-?eu|cisa|us-?cert|ncsc(?:-\w+)?|bsi|cert-?bund|govcert|ccb|cert\.be|ccn-cert|incibe|csirt ital\w+|acn|cert\.pl|nask|jpcert|cccs|cyber\.gc\.ca|acsc|cert nz|nukib|cert-?se|nsm|traficom|kyberturvallisuuskeskus|fbi|nsa|gchq)\b/i
/** The French reliability scale in MISP tags. */
const ratedGood = /fiabilite\s*=\s*"?bonne|reliability\s*[=:]\s*"?(?:a|completely-reliable|usually-reliable)\b/i

/** By the name that its indicators carry. A bulletin without a publisher stays unknown. */
export function publisherQualities(bulletins: readonly Bulletin[]): ReadonlyMap<string, PublisherQuality> {
  const known = new Map<string, PublisherQuality>()
  for (const bulletin of bulletins) {
    // A title may only refer to a national body: it speaks where no publisher is stated.
    const name = bulletin.publisher ?? bulletin.title ?? ""
    const good = [bulletin.title, bulletin.request].some((one) => one != null && ratedGood.test(one))
    const source = national.test(name) || good ? name : undefined
    for (const key of new Set(bulletin.indicators.map((indicator) => indicator.bulletin))) {
      if (source !== undefined) known.set(key, { national: true, unknown: false, name: source })
      else if (bulletin.publisher) known.set(key, { national: false, unknown: false, name: bulletin.publisher })
    }
  }
  return known
}
