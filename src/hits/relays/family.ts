// The families of evidence: what each token kind belongs to, how many bits a family may give, and how it is said.

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

interface TokenKind {
  readonly family: Family
  /** "same {noun} as …" */
  readonly noun: string
}

/** By the first letter of a token. */
export const tokenKinds: Readonly<Record<string, TokenKind>> = {
  u: { family: "client", noun: "user agent" },
  j: { family: "client", noun: "TLS client (JA3)" },
  k: { family: "client", noun: "TLS client (JA4)" },
  h: { family: "client", noun: "SSH client (HASSH)" },
  e: { family: "client", noun: "mail greeting (HELO)" },
  i: { family: "client", noun: "application id" },
  v: { family: "client", noun: "client version" },
  p: { family: "content", noun: "page" },
  t: { family: "content", noun: "target" },
  q: { family: "content", noun: "name asked for" },
  r: { family: "content", noun: "foreign referrer" },
  m: { family: "content", noun: "recipient" },
  s: { family: "continuity", noun: "session" },
  o: { family: "continuity", noun: "one-time address" },
  a: { family: "account", noun: "account name tried" },
  n: { family: "network", noun: "network" },
}

export function familyOf(token: string): Family {
  return tokenKinds[token[0] as string]?.family ?? "behaviour"
}
