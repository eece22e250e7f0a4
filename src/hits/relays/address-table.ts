// Numbers of foreign addresses. IPv4 goes by its 32 bits: millions of them need neither texts that cross from thread to thread nor a map of texts.
import { formatIpv4 } from "../../model/address.js"

export interface AddressTable {
  /** The number of an address, made if it is new; -1 where there is no room left. `bits` is unsigned. */
  ofIpv4(bits: number): number
  /** The same for any other canonical address. */
  of(address: string): number
  /** By number. */
  readonly texts: readonly string[]
}

const startSize = 1 << 12

export function createAddressTable(limit: number): AddressTable {
  const texts: string[] = []
  const byText = new Map<string, number>()
  let numbers = new Int32Array(startSize).fill(-1)
  let keys = new Uint32Array(startSize)
  let used = 0
  const slotOf = (bits: number): number => {
    const mask = numbers.length - 1
    let slot = (Math.imul(bits, 0x9e3779b1) >>> 7) & mask
    while (numbers[slot] !== -1 && keys[slot] !== bits) slot = (slot + 1) & mask
    return slot
  }
  const put = (bits: number, number: number): void => {
    const slot = slotOf(bits)
    numbers[slot] = number
    keys[slot] = bits
  }
  const grow = (): void => {
    const [oldNumbers, oldKeys] = [numbers, keys]
    numbers = new Int32Array(oldNumbers.length * 2).fill(-1)
    keys = new Uint32Array(numbers.length)
    for (let slot = 0; slot < oldKeys.length; slot++) if (oldNumbers[slot] !== -1) put(oldKeys[slot] as number, oldNumbers[slot] as number)
  }
  return {
    texts,
    ofIpv4(bits) {
      const known = numbers[slotOf(bits)] as number
      if (known !== -1 || texts.length >= limit) return known
      if (2 * ++used > numbers.length) grow()
      put(bits, texts.length)
      return texts.push(formatIpv4(bits)) - 1
    },
    of(address) {
      const known = byText.get(address)
      if (known !== undefined || texts.length >= limit) return known ?? -1
      // A slice of a line would keep the whole line alive: a copy does not.
      const copy = Buffer.from(address).toString()
      byText.set(copy, texts.length)
      return texts.push(copy) - 1
    },
  }
}
