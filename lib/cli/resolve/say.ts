import { err, ok, type Result } from '../../domain/result.ts'
import { describeStackFailure } from '../../engine/stack-failure.ts'
import { exportState } from '../../engine/state.ts'
import { operatorOf } from '../operator.ts'
import { programModule } from '../run/program.ts'
import { openStacks, workRoot } from '../run/stacks.ts'
import type { RunFailure, RunRequest } from '../run/types.ts'
import { type Said, settleBySaying } from './mark.ts'

/** What was settled by a person's word. */
export type SaidReport = { readonly said: Said; readonly settled: number }

/** Settles an act by a person's word; no host is touched. Fails where nothing of this URN is in flight. */
export async function saySite(
  request: RunRequest,
  { urn, what, why }: Pick<Said, 'urn' | 'what' | 'why'>,
  abort: AbortSignal,
): Promise<Result<SaidReport, RunFailure>> {
  const module = programModule(request.program, request.cwd)
  if (!module.ok) return err({ kind: 'input', message: module.error })
  const places = await openStacks(request, module.value.name, abort)
  if (!places.ok) return places
  const place = places.value[0]
  if (place === undefined) throw new Error('Internal error: one site was asked for, and has no stack')
  const state = await exportState(place)
  if (!state.ok) return err({ kind: 'setup', message: describeStackFailure(state.error) })
  const pending = state.value?.pending.some(({ resource }) => resource.urn === urn) ?? false
  const at = new Date(request.clock.now()).toISOString()
  const said: Said = { urn, what, why, by: operatorOf(request.env), at }
  const { workFolder, stack } = place
  const settled = settleBySaying(
    { root: workRoot(request.cwd, request.env), workFolder, stack },
    said,
    pending,
  )
  return settled > 0
    ? ok({ said, settled })
    : err({
        kind: 'input',
        message: `resolve: ${urn}: expected an act in flight, and there is none of this URN in ${stack}. Nothing was settled. ${elsewhere(urn, stack)}`,
      })
}

function elsewhere(urn: string, stack: string): string {
  const of = /^urn:pulumi:([^:]+)::/.exec(urn)?.[1]
  return of === undefined || of === stack
    ? 'chancery resolve lists what is.'
    : `It is one of ${of}: name its program with --program, or its site.`
}

export const saidText = ({ said: { urn, what, by, why } }: SaidReport): string =>
  `${urn.slice(urn.lastIndexOf('::') + 2)}: ${what === 'done' ? 'done' : 'not done'}, says ${by}: ${why}. Kept for chancery history.`
