// Publishers that a copied page no longer names, known by the words above the headline together with the dateline. Public facts, 2026-11.

export interface Newsroom {
  readonly publisher: string
  /** Section words that stand right before the headline. */
  readonly kickers: readonly string[]
  /** What else must stand in the text. */
  readonly mark: RegExp
}

export const newsrooms: readonly Newsroom[] = [
  {
    publisher: "Homeland Security News Wire",
    kickers: ["China watch", "Russia watch", "Iran watch", "Cyberspies", "Cyberespionage"],
    mark: /^Published \d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\s*$/m,
  },
]
