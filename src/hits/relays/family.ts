// The families of evidence: what each token kind belongs to, and how many bits a family may give.

export const families = ["client", "content", "continuity", "account", "time", "network", "volume", "behaviour"] as const
export type Family = (typeof families)[number]

/** Hundredths of a bit that a family may add in all. */
export const familyCap: Readonly<Record<Family, number>> = {
  client: 800,
  content: 1600,
  continuity: 1400,
  account: 1200,
  time: 600,
  network: 200,
  volume: 200,
  behaviour: 200,
}

/** A candidate is a strong lead only with two of these; the others support, and never lift one alone. */
export const independentFamilies: readonly Family[] = ["client", "content", "continuity", "account", "time"]
/** At least one of these must speak before time, network, volume or behaviour count. */
export const carryingFamilies: readonly Family[] = ["client", "content", "continuity", "account"]

/** By the first letter of a token. */
const tokenFamilies: Readonly<Record<string, Family>> = {
  u: "client",
  j: "client",
  k: "client",
  h: "client",
  e: "client",
  i: "client",
  v: "client",
  p: "content",
  t: "content",
  q: "content",
  r: "content",
  m: "content",
  s: "continuity",
  o: "continuity",
  a: "account",
  n: "network",
}

export function familyOf(token: string): Family {
  return tokenFamilies[token[0] as string] ?? "behaviour"
}
