/** The same values in the same order, up to `count` of them made ahead of whoever takes them: encoding goes on while a chunk is sent. */
export async function* lookahead<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  const ahead: Promise<IteratorResult<T>>[] = []
  const refill = (): void => {
    while (ahead.length <= count) {
      const next = iterator.next()
      // Told to whoever takes it; nobody may be there any more.
      next.catch(() => undefined)
      ahead.push(next)
    }
  }
  try {
    for (;;) {
      refill()
      const next = await ahead.shift()
      if (next === undefined || next.done === true) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}
