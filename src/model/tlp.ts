// Traffic Light Protocol 2.0 (FIRST, August 2022). `white` is read as `clear` and never written.

export const tlpLevels = ["clear", "green", "amber", "amber+strict", "red"] as const

export type Tlp = (typeof tlpLevels)[number]

/** Permissible Actions Protocol (MISP taxonomy). */
export const papLevels = ["clear", "green", "amber", "red"] as const

export type Pap = (typeof papLevels)[number]

/** Reads a TLP 1 or TLP 2 label, with or without the `TLP:` prefix; undefined if it is none. */
export function parseTlp(text: string): Tlp | undefined {
  const label = text
    .trim()
    .toLowerCase()
    .replace(/^tlp\s*[:=]\s*"?/, "")
    .replace(/"$/, "")
    .replace(/[\s_-]*\+?[\s_-]*strict$/, "+strict")
  if (label === "white") return "clear"
  return tlpLevels.find((level) => level === label)
}

/** Reads a PAP label, with or without the `PAP:` prefix; undefined if it is none. */
export function parsePap(text: string): Pap | undefined {
  const label = text
    .trim()
    .toLowerCase()
    .replace(/^pap\s*[:=]\s*"?/, "")
    .replace(/"$/, "")
  if (label === "white") return "clear"
  return papLevels.find((level) => level === label)
}

/** The stricter of two markings; an absent one is unmarked, which is not clear, and yields to any stated one. */
export function strictest(a: Tlp | undefined, b: Tlp | undefined): Tlp | undefined {
  if (a === undefined) return b
  if (b === undefined) return a
  return tlpLevels[Math.max(tlpLevels.indexOf(a), tlpLevels.indexOf(b))]
}
