// What a byte is.

// @ts-ignore: decorator
@inline export function isDigit(byte: u32): bool { return byte - 48 < 10 }
// @ts-ignore: decorator
@inline export function isLetter(byte: u32): bool { return (byte | 32) - 97 < 26 }
// @ts-ignore: decorator
@inline export function isAlnum(byte: u32): bool { return isLetter(byte) || isDigit(byte) }
// @ts-ignore: decorator
@inline export function isHigh(byte: u32): bool { return byte >= 128 }
/** What may stand in a dotted token: letters, digits, hyphens, dots. */
// @ts-ignore: decorator
@inline export function isToken(byte: u32): bool { return isAlnum(byte) || byte == 45 || byte == 46 }
// @ts-ignore: decorator
@inline export function hexValue(byte: u32): i32 { return byte - 48 < 10 ? byte - 48 : (byte | 32) - 97 < 6 ? (byte | 32) - 87 : -1 }
// @ts-ignore: decorator
@inline export function isHex(byte: u32): bool { return hexValue(byte) >= 0 }
/** One bit for each hex digit of sixteen bytes. */
// @ts-ignore: decorator
@inline export function hexMask(v: v128): u32 {
  return <u32>i8x16.bitmask(v128.or(
    i8x16.gt_s(i8x16.add(v128.or(v, i8x16.splat(32)), i8x16.splat(25)), i8x16.splat(121)),
    i8x16.gt_s(i8x16.add(v, i8x16.splat(70)), i8x16.splat(117)),
  ))
}

/** The sum of eight numbers below 2^16. */
// @ts-ignore: decorator
@inline export function sum16(v: v128): u32 {
  const four = i32x4.extadd_pairwise_i16x8_u(v)
  return i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3)
}
