import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseStrictJson } from './strict-json.js'

const outcomeOf = (bytes: Buffer | string): unknown => {
  try {
    return { value: parseStrictJson(Buffer.from(bytes)) }
  } catch (error) {
    return { fault: (error as Error).message }
  }
}

describe('what is accepted', () => {
  test.each([
    ['{"choice":0}', { choice: 0 }],
    ['\t{ "choice" : 1 }\r\n', { choice: 1 }],
    ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}', { a: { a: 1 }, b: [{ a: 1 }, { a: 2 }] }],
    ['["a","a"]', ['a', 'a']],
    ['"\\ud83d\\ude00"', '😀'],
    ['{"a":":,{}[]\\"1.5"}', { a: ':,{}[]"1.5' }],
    ['1.0', 1],
    ['1e0', 1],
    ['10e-1', 1],
    ['0.1e1', 1],
    ['0e400', 0],
    ['0.000', 0],
    ['-0', -0],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    [`1.${'0'.repeat(30_000)}`, 1],
  ])('%j', (text, value) => {
    expect(outcomeOf(text)).toEqual({ value })
  })
})

describe('what is refused', () => {
  test.each([
    ['nothing', ''],
    ['white space', ' '],
    ['half a document', '{"choice":'],
    ['two documents', '{} {}'],
    ['a trailing comma', '{"choice":0,}'],
    ['a comment', '{"choice":0} // yes'],
    ['single quotes', "{'choice':0}"],
    ['a leading zero', '01'],
    ['a plus sign', '+1'],
    ['NaN', 'NaN'],
    ['hexadecimal', '0x1'],
    ['a byte order mark', '\ufeff{"choice":0}'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a repeated key', '{"choice":0,"choice":1}'],
    ['a repeated key in disguise', '{"choice":0,"\\u0063hoice":1}'],
    ['a repeated key deep inside', '{"a":[{"b":{"c":1,"d":2,"c":3}}]}'],
    ['__proto__', '{"__proto__":{}}'],
    ['__proto__ in disguise', '{"\\u005f_proto__":1}'],
    ['NUL', '"a\\u0000"'],
    ['NUL in a key', '{"a\\u0000":1}'],
    ['a lone surrogate', '"\\ud800"'],
    ['a lone surrogate in a key', '{"\\udc00":1}'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
    ['1.0000000000000001', '1.0000000000000001'],
    ['2^53+1', '9007199254740993'],
    ['2^53', '9007199254740992'],
    ['1.5', '1.5'],
    ['0.0001', '0.0001'],
    ['a million digits of power', '1e999999'],
  ])('%s', (_what, bytes) => {
    expect(outcomeOf(bytes)).toEqual({ fault: expect.any(String) })
  })

  test('nothing of the body is in the message', () => {
    const secret = 'do not tell'

    const messages = [`{"${secret}":1,"${secret}":2}`, secret, `{"${secret}":1.5}`].map(outcomeOf)

    expect(JSON.stringify(messages)).not.toContain('do')
  })

  test('a long number takes no longer than it should', () => {
    const startedAt = performance.now()

    expect(outcomeOf(`1${'0'.repeat(32_000)}1`)).toEqual({ fault: expect.any(String) })

    expect(performance.now() - startedAt).toBeLessThan(50)
  })
})

/** What a number literal is worth, by exact arithmetic: digits times ten to a power. */
const isWholeByBigInt = (literal: string): boolean => {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().replace(/^-/, '').split(/e/)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const power = Number(exponent) - fraction.length
  const digits = BigInt(whole + fraction)
  if (power >= 0) return digits * 10n ** BigInt(power) <= BigInt(Number.MAX_SAFE_INTEGER)
  const divisor = 10n ** BigInt(-power)
  return digits % divisor === 0n && digits / divisor <= BigInt(Number.MAX_SAFE_INTEGER)
}

describe('against a slow reference', () => {
  const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,17})$/)
  const literal = fc
    .tuple(
      fc.constantFrom('', '-'),
      digits,
      fc.option(fc.stringMatching(/^[0-9]{1,18}$/), { nil: '' }),
      fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+'), fc.integer({ min: -25, max: 25 })), {
        nil: undefined,
      }),
    )
    .map(([sign, whole, fraction, exponent]) => {
      const power = exponent === undefined ? '' : `${exponent[1] < 0 ? 'e' : exponent[0]}${exponent[1]}`
      return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${power}`
    })

  test('a number is accepted exactly when it is a safe whole number', () => {
    fc.assert(
      fc.property(literal, (text) => {
        expect('value' in (outcomeOf(`[${text}]`) as object)).toBe(isWholeByBigInt(text))
      }),
      { numRuns: 2_000 },
    )
  })

  type Tree =
    | number
    | string
    | boolean
    | null
    | readonly Tree[]
    | { readonly entries: readonly (readonly [string, Tree])[] }

  const tree = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(0, 1.5, true, null, '', 'a"b\\', '{":,'),
      fc.string({ unit: 'binary' }),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.constantFrom('a', 'b', 'c', '__proto__', '"', ':'), tie('tree')), { maxLength: 4 })
        .map((entries) => ({ entries })),
    ),
  })).tree

  const write = (node: Tree): string => {
    if (Array.isArray(node)) return `[${node.map(write).join(' , ')}]`
    if (typeof node !== 'object' || node === null) return JSON.stringify(node)
    const { entries } = node as { entries: readonly (readonly [string, Tree])[] }
    return `{${entries.map(([key, value]) => `${JSON.stringify(key)} :${write(value)}`).join(',')}}`
  }

  const isFaultless = (node: Tree): boolean => {
    if (typeof node === 'number') return Number.isInteger(node)
    if (typeof node === 'string') return !node.includes('\0')
    if (Array.isArray(node)) return node.every(isFaultless)
    if (typeof node !== 'object' || node === null) return true
    const { entries } = node as { entries: readonly (readonly [string, Tree])[] }
    const keys = entries.map(([key]) => key)
    return (
      new Set(keys).size === keys.length &&
      !keys.includes('__proto__') &&
      entries.every(([, value]) => isFaultless(value))
    )
  }

  test('a document is accepted exactly when nothing in it is at fault, and means what JSON.parse says', () => {
    fc.assert(
      fc.property(tree, (node) => {
        const text = write(node)
        const outcome = outcomeOf(text)

        expect('value' in (outcome as object)).toBe(isFaultless(node))
        if (isFaultless(node)) expect(outcome).toEqual({ value: JSON.parse(text) as unknown })
      }),
      { numRuns: 500 },
    )
  })
})
