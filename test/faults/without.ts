import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A guard, record or check of the code: where it stands, and the code without it. */
export type Guard = {
  readonly what: string
  readonly file: string
  readonly code: string
  readonly without: string
  /** Words of the points that show it, and the counter that rises there. */
  readonly points: readonly string[]
  readonly counter: string
}

export const guards: readonly Guard[] = [
  {
    what: 'a lost reply is resolved by looking',
    file: 'lib/reconcile/act.ts',
    code: 'return resolve(batch, request, first.error, abort)',
    without: 'return send(batch, request, abort)',
    points: ['windows/service create,', 'lost during'],
    counter: 'wrongReports',
  },
  {
    what: 'sent again only when the host looks exactly as before',
    file: 'lib/reconcile/act.ts',
    code: 'if (now.hash === sight.hash) return send(batch, request, abort)',
    without: 'return send(batch, request, abort)',
    points: ['windows/service create,', 'lost during'],
    counter: 'wrongReports',
  },
  {
    what: 'what is there after an act is held against what was wanted',
    file: 'lib/reconcile/act.ts',
    code: 'const plan = planLeaving(target, found, found).plan',
    without: "  const plan = { do: 'nothing', because: '' } as ReturnType<typeof target.loaded.kind.plan>",
    points: ['windows/service c', 'lost before'],
    counter: 'wrongReports',
  },
  {
    what: 'a connection lost with acts on it is not merely unreachable',
    file: 'lib/transport/line-talk.ts',
    code: 'return left && mutates ?',
    without: 'return left && !mutates ?',
    points: ['windows/service create,', 'lost during'],
    counter: 'wrongReports',
  },
  {
    what: 'the record of ownership is written before the act',
    file: 'lib/lab/worker.ts',
    code: 'const owned = this.#store.own(op.key, asciiJson(op.own))',
    without: 'const owned = { ok: true } as { ok: true } | { ok: false; error: FileFailure }',
    points: ['virtual-machine create,', 'worker killed'],
    counter: 'unreachableForGood',
  },
  {
    what: 'a record that a lost worker left on what it removed is taken away',
    file: 'lib/reconcile/act.ts',
    code: "request.operation === 'delete' && now.found === null && now.owner !== null",
    without: 'false',
    points: ['windows/file absent,', 'lost after'],
    counter: 'lost',
  },
  {
    what: 'the record goes with the thing',
    file: 'lib/reconcile/act.ts',
    code: "operation === 'delete' ? { release: true }",
    without: "operation === 'delete' ? { release: false }",
    points: ['windows/file absent,', 'lost during'],
    counter: 'lost',
  },
]

const root = new URL('../../', import.meta.url)

/** Modules that are imported from now on come without this guard. */
export function remove({ file, code, without }: Guard): void {
  const url = new URL(file, root).href
  if (!readFileSync(fileURLToPath(url), 'utf8').includes(code))
    throw new Error(`${file} does not hold what is to be removed: ${code}`)
  registerHooks({
    load: (at, context, next) => {
      const loaded = next(at, context)
      if (at !== url) return loaded
      return { ...loaded, source: String(loaded.source).replace(code, without) }
    },
  })
}

/** Run by the test as a process of its own: without the guard of this number, or with all where there is none. */
if (import.meta.main) {
  const [number = '', ...words] = process.argv.slice(2)
  const guard = guards[Number(number)]
  if (guard !== undefined && number !== '') remove(guard)
  const { stages, pointsOf, nameOfPoint } = await import('./points.ts')
  const { tryPoint } = await import('./one-process.ts')
  const counts: { [counter: string]: number } = {}
  const points = pointsOf(await stages()).filter((point) =>
    words.every((word) => nameOfPoint(point).includes(word)),
  )
  for (const point of points) {
    // A sound run that goes wrong shows the guard's absence as well.
    const found = await tryPoint(point).catch((error: unknown) => [
      { counter: 'broken', what: String(error) },
    ])
    for (const { counter } of found) counts[counter] = (counts[counter] ?? 0) + 1
  }
  process.stdout.write(JSON.stringify({ points: points.length, ...counts }))
  process.exit()
}
