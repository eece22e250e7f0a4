// Account names as logs spell them, made comparable.

/** `DOMAIN\\name`, `name@domain` and letter case aside; undefined for what names nobody. */
export function accountName(name: string | undefined): string | undefined {
  const bare = name?.replace(/^.*\\/, "").replace(/@.*$/, "").trim().toLowerCase()
  return bare === undefined || bare === "" || bare === "-" ? undefined : bare
}
