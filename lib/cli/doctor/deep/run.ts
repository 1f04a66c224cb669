import type { Clock } from '../../../domain/clock.ts'
import { describeFailure, type Failure } from '../../../domain/failure.ts'
import { exitCode } from '../../../domain/outcome.ts'
import type { Host } from '../../../domain/site.ts'
import type { Output } from '../../output.ts'
import type { Fleet } from '../../run/fleet.ts'
import { type Column, table } from '../../view/table.ts'
import type { DeepDocument } from './document.ts'
import { examineDeep } from './examine.ts'
import { type DeepJudgement, judgeDeep } from './judge.ts'

/** What was asked of one host, and what follows; or why it could not be asked. */
export type DeepReport =
  | { readonly host: string; readonly document: DeepDocument; readonly judgements: readonly DeepJudgement[] }
  | { readonly host: string; readonly failure: Failure }

/** Asks the hosts, all at once. */
export const examineAll = (
  hosts: readonly Host[],
  fleet: Fleet,
  clock: Clock,
  abort: AbortSignal,
): Promise<readonly DeepReport[]> =>
  Promise.all(
    hosts.map(async ({ id }): Promise<DeepReport> => {
      const document = await examineDeep(id, fleet.port(id), clock, abort)
      return document.ok ? reportOf(document.value) : { host: id, failure: document.error }
    }),
  )

export const reportOf = (document: DeepDocument): DeepReport => ({
  host: document.host,
  document,
  judgements: judgeDeep(document),
})

/** Prints the reports and gives the exit code: 4 where something is not as assumed, 1 where a host could not be asked. */
export function answerDeep(reports: readonly DeepReport[], output: Output): number {
  output.answer(reports, () => reports.map((report) => textOf(report, output.width)).join('\n\n'))
  if (reports.some((report) => 'failure' in report)) return exitCode.failed
  const all = reports.flatMap((report) => ('judgements' in report ? report.judgements : []))
  return all.some(({ verdict }) => verdict === 'not held') ? exitCode.differences : exitCode.done
}

const rank = { 'not held': 0, held: 1, 'not testable here': 2 } as const

function textOf(report: DeepReport, width: number | undefined): string {
  if ('failure' in report) return `${report.host}\n  ${describeFailure(report.failure)}`
  const sorted = [...report.judgements].sort((a, b) => rank[a.verdict] - rank[b.verdict])
  const changes = sorted.some(({ change }) => change !== '')
  const columns: readonly Column<DeepJudgement>[] = [
    { title: report.host, cell: ({ assumed }) => assumed, wrapTo: 24 },
    { title: 'verdict', cell: ({ verdict }) => verdict },
    { title: 'found', cell: ({ found }) => found, wrapTo: 16 },
    ...(changes
      ? [{ title: 'what to change', cell: ({ change }: DeepJudgement) => change, wrapTo: 16 }]
      : []),
  ]
  const count = (verdict: DeepJudgement['verdict']) => sorted.filter((one) => one.verdict === verdict).length
  return `${table(columns, sorted, width)}\n\n${count('held')} held, ${count('not held')} not held, ${count('not testable here')} not testable here.`
}
