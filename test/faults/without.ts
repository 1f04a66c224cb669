import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A guard, record or check of the code: where it stands, and the code without it. */
export type Guard = {
  readonly what: string
  readonly file: string
  readonly code: string
  readonly without: string
  /** Words of the points or of the encounter that show it, and the counter that rises there. */
  readonly points: readonly string[]
  readonly counter: string
}

export const guards: readonly Guard[] = [
  {
    what: 'a lost reply is resolved by looking',
    file: 'lib/reconcile/act.ts',
    code: 'return resolveLost(batch, request, first.error, abort)',
    without: 'return send(batch, request, abort)',
    points: ['windows/service create,', 'lost during'],
    counter: 'wrongReports',
  },
  {
    what: 'sent again only when the host looks exactly as before',
    file: 'lib/reconcile/lost-reply.ts',
    code: 'if (now.value.hash === request.sight.hash)',
    without: 'if (Date.now() > 0)',
    points: ['virtual-machine create,', 'worker killed'],
    counter: 'wrongReports',
  },
  {
    what: 'what can’t be seen after a lost reply stays unknown',
    file: 'lib/reconcile/lost-reply.ts',
    code: 'err(unseen(request, lost, looked.value.failure))',
    without: 'err(looked.value.failure)',
    points: ['windows/file c', 'unseen after'],
    counter: 'wrongReports',
  },
  {
    what: 'what an earlier run may have done and can’t be seen yet is still unknown',
    file: 'lib/provider/stack-run.ts',
    code: "stillUnknown(told, { operation, target }, observation.state === 'seen', unended)",
    without: 'told',
    points: ['virtual-switch c', 'unseen after'],
    counter: 'wrongReports',
  },
  {
    what: 'what is there after an act is held against what was wanted',
    file: 'lib/reconcile/attempt.ts',
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
    file: 'lib/reconcile/lost-reply.ts',
    code: "request.operation === 'delete' && now.value.found === null && now.value.owner !== null",
    without: 'false',
    points: ['windows/file absent,', 'lost after'],
    counter: 'lost',
  },
  {
    what: 'the record goes with the thing',
    file: 'lib/reconcile/attempt.ts',
    code: "operation === 'delete' ? { release: true }",
    without: "operation === 'delete' ? { release: false }",
    points: ['windows/file absent,', 'lost during'],
    counter: 'lost',
  },
  {
    what: 'a lost worker that outlasts a look is looked for once more',
    file: 'lib/reconcile/lost-reply.ts',
    code: "if (again.ok || again.error.kind !== 'changed') {",
    without: 'if (Date.now() > 0) {',
    points: ['the lost worker is still at it'],
    counter: 'wrongReports',
  },
  {
    what: 'the first frame carries every expectation of the plan',
    file: 'lib/reconcile/batch.ts',
    code: 'const guards = mutating > 0 ? this.guards : []',
    without: 'const guards: readonly Guard[] = []',
    points: ['changed by hand before the first act'],
    counter: 'wrongReports',
  },
  {
    what: 'a host checks every expectation of a frame before anything of it runs',
    file: 'lib/lab/worker.ts',
    code: 'if (refused !== undefined) return yield end(frame.frame, refused)',
    without: '',
    points: ['changed by hand before the first act'],
    counter: 'wrongReports',
  },
  {
    what: 'an act expects what its preview saw',
    file: 'lib/lab/worker.ts',
    code: 'if (before.hash !== op.expect) return',
    without: 'if (false) return',
    points: ['changed by hand between two acts'],
    counter: 'lost',
  },
  {
    what: 'a thing of another owner is refused at the act',
    file: 'lib/lab/worker.ts',
    code: 'if (op.own !== null && foreign(before, op.own, op)) return',
    without: 'if (false) return',
    points: ['another stack takes a thing over'],
    counter: 'lost',
  },
  {
    what: 'an act has the inputs of its preview',
    file: 'lib/provider/mutation.ts',
    code: 'if (!sameInputs(entry, inputs)) return',
    without: 'if (false) return',
    points: ['wants something else than was previewed'],
    counter: 'wrongReports',
  },
  {
    what: 'the state is told anew of what an earlier run may have changed unheard',
    file: 'lib/provider/stack-run.ts',
    code: 'toldAnew(decided, operation, target, unended)',
    without: 'decided',
    points: ['our process ends while an update is under way'],
    counter: 'wrongReports',
  },
  {
    what: 'a creation that a killed engine began ends with the run that makes the thing',
    file: 'lib/engine/run.ts',
    code: 'const settled = await settleCreations(run, events)',
    without: 'const settled = { ok: true, error: "" }',
    points: ['engines were killed'],
    counter: 'wrongReports',
  },
  {
    what: 'what was removed to be made anew is not removed once more when it is made',
    file: 'lib/provider/answers.ts',
    code: 'answer.setDeletebeforereplace(true)',
    without: '',
    points: ['engines were killed'],
    counter: 'unreachableForGood',
  },
  {
    what: 'one frame at a time runs on a host',
    file: 'lib/lab/frame-lock.ts',
    code: 'if (!this.#held) return this.#take()',
    without: 'return () => undefined',
    points: ['the lost worker is still at it'],
    counter: 'doubled',
  },
  {
    what: 'a host acts for no holder of the link whom another one followed',
    file: 'lib/lab/worker-records.ts',
    code: 'ours && sender.token >= seen',
    without: 'ours',
    points: ['a holder of the link whom another one followed'],
    counter: 'doubled',
  },
  {
    what: 'a frame says the token of its lease',
    file: 'lib/transport/frames.ts',
    code: "const { store, token } = this.#target.door.lease ?? { store: 'none', token: 0 }",
    without: "const { store, token } = { store: 'none', token: 0 }",
    points: ['a holder of the link whom another one followed'],
    counter: 'doubled',
  },
  {
    what: 'a host acts for one organisation and backend',
    file: 'lib/lab/worker-records.ts',
    code: 'const ours = old?.from === sender.from',
    without: 'const ours = old !== null',
    points: ['another organisation acts'],
    counter: 'doubled',
  },
  {
    what: 'a script is the one of its hash',
    file: 'lib/lab/worker.ts',
    code: "if (sha256(Buffer.from(text, 'utf8')) !== hash)",
    without: 'if (false)',
    points: ['a script arrives that is not the one of its hash'],
    counter: 'wrongReports',
  },
  {
    what: 'no two operations of a process have one id',
    file: 'lib/transport/frames.ts',
    code: 'this.#nextId += request.ops.length',
    without: '',
    points: ['comes again after a reconnect'],
    counter: 'wrongReports',
  },
  {
    what: 'an operation is answered once',
    file: 'lib/transport/in-flight.ts',
    code: 'if (this.replies[index] !== undefined)',
    without: 'if (false)',
    points: ['a look is answered twice'],
    counter: 'wrongReports',
  },
  {
    what: 'an answer is to something that was asked',
    file: 'lib/transport/in-flight.ts',
    code: 'if (!Number.isInteger(index) || index < 0 || index >= this.replies.length)',
    without: 'if (false)',
    points: ['an answer comes that nobody asked for'],
    counter: 'wrongReports',
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

/** Run by the test as a process of its own: the counters without the guard of each number, or of what shows all of them with every guard. */
if (import.meta.main) {
  const [number = ''] = process.argv.slice(2)
  const guard = number === '' ? undefined : guards[Number(number)]
  if (guard !== undefined) remove(guard)
  const { stages, pointsOf, nameOfPoint } = await import('./points.ts')
  const { tryPoint } = await import('./one-process.ts')
  const { encounters, tryEncounter } = await import('./encounters.ts')
  const all = pointsOf(await stages())
  const counts: { [counter: string]: number } = {}
  const tried: { [what: string]: number } = {}
  for (const { what, points: words } of guard === undefined ? guards : [guard]) {
    const told = (name: string): boolean => words.every((word) => name.includes(word))
    const tries = [
      ...all.filter((point) => told(nameOfPoint(point))).map((point) => () => tryPoint(point)),
      ...encounters.filter(({ title }) => told(title)).map((one) => () => tryEncounter(one)),
    ]
    tried[what] = tries.length
    for (const one of tries) {
      // A sound run that goes wrong shows the guard's absence as well.
      const found = await one().catch((error: unknown) => [{ counter: 'broken', what: String(error) }])
      for (const { counter } of found) counts[counter] = (counts[counter] ?? 0) + 1
    }
  }
  process.stdout.write(JSON.stringify({ tried, counts }))
  process.exit()
}
