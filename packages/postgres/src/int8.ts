import pg from 'pg'

type Parser = (text: string) => unknown
type Nested = string | null | Nested[]
type NestedNumber = number | null | NestedNumber[]

const INT8_OID = 20
const INT8_ARRAY_OID = 1016

const parserOf = pg.types.getTypeParser as (oid: number, format?: 'text' | 'binary') => Parser

const toSafeInteger = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 value ${text} is beyond a safe integer`)
  return value
}

const toNumbers = (value: Nested): NestedNumber => {
  if (value === null) return null
  return typeof value === 'string' ? toSafeInteger(value) : value.map(toNumbers)
}

const parseInt8Array: Parser = (text) => toNumbers(parserOf(INT8_ARRAY_OID)(text) as Nested)

/** One pool's parsers: int8 and int8[] as numbers. The global ones, which other users of pg share, stay untouched. */
export const int8AsNumber: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && oid === INT8_OID) return toSafeInteger
    if (format !== 'binary' && oid === INT8_ARRAY_OID) return parseInt8Array
    return parserOf(oid, format)
  },
}
