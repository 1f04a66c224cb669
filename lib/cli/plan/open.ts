import { resolve } from 'node:path'
import type { PlanDocument } from '../../reconcile/plan-file/index.ts'
import { UsageError } from '../command.ts'
import { readPlanFile } from './file.ts'

/** The plans in files; what is wrong with any of them is told of all at once, as a UsageError. */
export function openPlans(paths: readonly string[], cwd: string): readonly PlanDocument[] {
  const read = paths.map((path) => readPlanFile(resolve(cwd, path)))
  const wrong = read.flatMap((plan) => (plan.ok ? [] : [plan.error]))
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'))
  return read.flatMap((plan) => (plan.ok ? [plan.value] : []))
}
