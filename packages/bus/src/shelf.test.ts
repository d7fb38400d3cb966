import { describe, expect, test } from '@jest/globals'
import { inOrder, newestPerKey } from './shelf.js'

interface Item {
  readonly key: string
  readonly age: number
}

const aShelf = (capacity = 100) => {
  const dropped: number[] = []
  const shelf = newestPerKey<Item, string>({
    keyOf: ({ key }) => key,
    replaces: (later, waiting) => later.age > waiting.age,
    intervalMs: 50,
    capacity,
    onDropped: () => dropped.push(1),
  })
  return { shelf, dropped }
}

describe('newest per key', () => {
  test('what is put back gives way to what is newer, and replaces what is older', () => {
    const { shelf } = aShelf()
    shelf.add({ key: 'a', age: 2 })
    shelf.add({ key: 'b', age: 2 })
    const taken = shelf.take(0, false)
    shelf.add({ key: 'a', age: 1 })
    shelf.add({ key: 'b', age: 3 })

    shelf.putBack(taken)

    expect(shelf.take(50, false)).toEqual([
      { key: 'a', age: 2 },
      { key: 'b', age: 3 },
    ])
  })

  test('what is put back gives way when the later one always wins', () => {
    const shelf = newestPerKey<Item, string>({
      keyOf: ({ key }) => key,
      replaces: () => true,
      intervalMs: 0,
      capacity: 10,
      onDropped: () => undefined,
    })
    shelf.add({ key: 'a', age: 1 })
    const taken = shelf.take(0, false)
    shelf.add({ key: 'a', age: 2 })

    shelf.putBack(taken)

    expect(shelf.take(0, false)).toEqual([{ key: 'a', age: 2 }])
  })

  test('says when the soonest may leave', () => {
    const { shelf } = aShelf()
    expect(shelf.dueInMs(0)).toBeUndefined()
    shelf.add({ key: 'a', age: 1 })
    shelf.take(0, false)

    shelf.add({ key: 'a', age: 2 })
    expect(shelf.dueInMs(20)).toBe(30)
    shelf.add({ key: 'b', age: 1 })

    expect(shelf.dueInMs(20)).toBe(0)
  })

  test('beyond its capacity the oldest gives way', () => {
    const { shelf, dropped } = aShelf(2)

    for (const key of ['a', 'b', 'c']) shelf.add({ key, age: 1 })

    expect(shelf.take(0, false).map(({ key }) => key)).toEqual(['b', 'c'])
    expect(dropped).toHaveLength(1)
  })
})

describe('in order', () => {
  test('what is put back stands in front of what came meanwhile', () => {
    const shelf = inOrder<number>({ capacity: 10, onDropped: () => undefined })
    shelf.add(1)
    const taken = shelf.take(0, false)
    shelf.add(2)

    shelf.putBack(taken)

    expect(shelf.take(0, false)).toEqual([1, 2])
  })

  test('beyond its capacity the oldest gives way', () => {
    let dropped = 0
    const shelf = inOrder<number>({ capacity: 2, onDropped: () => (dropped += 1) })

    for (const item of [1, 2, 3]) shelf.add(item)
    shelf.putBack([0])

    expect(shelf.take(0, false)).toEqual([2, 3])
    expect(dropped).toBe(2)
  })
})
