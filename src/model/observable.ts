// The kinds of value that can be hunted, under their STIX names.

export const observableTypes = [
  "ipv4-addr",
  "ipv6-addr",
  "domain-name",
  "url",
  "email-addr",
  "file:name",
  "file:path",
  "file:hashes.MD5",
  "file:hashes.SHA-1",
  "file:hashes.SHA-256",
  "file:hashes.SHA-512",
  "x-ja3",
  "x-ja4",
  "user-agent",
] as const

export type ObservableType = (typeof observableTypes)[number]

/** A value in its canonical form (semantics 1.1). */
export interface Observable {
  readonly type: ObservableType
  readonly value: string
}

export function isObservableType(name: string): name is ObservableType {
  return (observableTypes as readonly string[]).includes(name)
}
