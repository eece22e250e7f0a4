// Values and the indicators that own them: almost every value belongs to one, the rest share it.

export type Owners = number | number[]
export type Owned = Map<string, Owners>

export function own(owned: Owned, value: string, indicator: number): void {
  const owners = owned.get(value)
  if (owners === undefined) owned.set(value, indicator)
  else if (typeof owners === "number") owned.set(value, [owners, indicator])
  else owners.push(indicator)
}

export function eachOwner(owners: Owners | undefined, see: (indicator: number) => void): void {
  if (typeof owners === "number") see(owners)
  else if (owners) for (const owner of owners) see(owner)
}

export function filled(owned: Owned): Owned | undefined {
  return owned.size > 0 ? owned : undefined
}
