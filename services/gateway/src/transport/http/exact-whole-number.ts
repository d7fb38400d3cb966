/** More digits than any safe integer has. */
const MAX_DIGITS = 16

/**
 * True when a JSON number is exactly a whole number that JavaScript holds exactly. JSON.parse cannot tell: it rounds `1e-400` to 0,
 * `1.0000000000000001` to 1 and 2^53+1 to 2^53.
 */
export const isExactWholeNumber = (literal: string): boolean => {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? []
  const written = whole + fraction
  // Loops: an expression such as /0+$/ would take quadratic time for a long number.
  let first = 0
  while (written[first] === '0') first += 1
  if (first === written.length) return true
  let end = written.length
  while (written[end - 1] === '0') end -= 1

  // The value is written[first..end] times ten to this power.
  const power = Number(exponent) - fraction.length + (written.length - end)
  if (power < 0 || end - first + power > MAX_DIGITS) return false
  return Number.isSafeInteger(Number(literal))
}
