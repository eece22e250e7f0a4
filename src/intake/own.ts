// Looks a name from outside up in a table of ours: `constructor` and its like are in every object, and in none of our tables.

export function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
