import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { err, ok, type Result } from '../../domain/result.ts'
import {
  type PlanComplaint,
  type PlanDocument,
  planLimits,
  planText,
  readPlan,
} from '../../reconcile/plan-file/index.ts'
import { isFileError } from '../run/own-folders.ts'

/** Reads a plan's file. The error is a text of a line for each complaint, with file and line. */
export function readPlanFile(path: string): Result<PlanDocument, string> {
  const text = textOf(path)
  if (!text.ok) return text
  const plan = readPlan(text.value)
  return plan.ok ? plan : err(complaintText(path, plan.error))
}

function textOf(path: string): Result<string, string> {
  try {
    if (statSync(path).size > planLimits.characters * 4)
      return err(
        `${path}: expected a plan, got a file of more than ${planLimits.characters} characters. Nothing was changed.`,
      )
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)))
  } catch (error) {
    if (error instanceof TypeError)
      return err(
        `${path}: expected UTF-8 text, got other bytes. Nothing was changed. Fetch the file again from where it was approved.`,
      )
    if (!isFileError(error)) throw error
    return err(
      `${path}: expected the file of a plan${error.code === 'ENOENT' ? ', but there is none' : `, but it can't be read (${error.code})`}. Nothing was changed. Name one that chancery preview --save wrote.`,
    )
  }
}

const complaintText = (path: string, complaints: readonly PlanComplaint[]): string =>
  complaints
    .map(
      ({ line, expected, got, fix }) =>
        `${path}${line === undefined ? '' : `:${line}`}: expected ${expected}, got ${got}. Nothing was changed. ${fix}`,
    )
    .join('\n')

/** Whether a plan can be written to a path, asked before anything is looked at. Leaves nothing behind. The error is a sentence. */
export function placeForPlan(path: string): Result<void, string> {
  const draft = `${path}.${process.pid}`
  try {
    const there = statSync(path, { throwIfNoEntry: false })
    if (there !== undefined && (!there.isFile() || !looksLikePlan(path))) return noPlanThere(path)
    writeFileSync(draft, '')
    rmSync(draft)
    return ok(undefined)
  } catch (error) {
    return unwritten(path, error)
  }
}

const noPlanThere = (path: string): Result<never, string> =>
  err(`${path}: something that is not a plan lies there. Nothing was written. Name another file.`)

function unwritten(path: string, error: unknown): Result<never, string> {
  if (!isFileError(error)) throw error
  return err(
    `${path}: can't be written (${error.message}). No plan was saved. Name a file in a folder that can be written.`,
  )
}

/** Writes a plan, whole or not at all. What lies there and is no plan stays. The error is a sentence. */
export function writePlanFile(path: string, plan: PlanDocument): Result<void, string> {
  const draft = `${path}.${process.pid}`
  try {
    const there = statSync(path, { throwIfNoEntry: false })
    if (there !== undefined && (!there.isFile() || !looksLikePlan(path))) return noPlanThere(path)
    writeFileSync(draft, planText(plan))
    renameSync(draft, path)
    return ok(undefined)
  } catch (error) {
    return unwritten(path, error)
  }
}

const looksLikePlan = (path: string): boolean =>
  /^\s*\{\s*"chancery":\s*"plan"/.test(readFileSync(path, 'utf8'))
