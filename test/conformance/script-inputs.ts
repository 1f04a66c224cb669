import { type Script } from '../../lib/powershell/syntax/ast.ts'
import { walkBlock } from '../../lib/powershell/check/walk.ts'
import { read } from '../../lib/powershell/index.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import { type KindFolder, planOf, readText, scriptNames } from './kind-folders.ts'

/** Inputs that a script reads and its kind's plan does not give it, and such as it is given and never reads. */
export const inputComplaints = (one: KindFolder): readonly string[] =>
  scriptNames(one).flatMap((name) => {
    const parsed = read(readText(one.home, name), name)
    const given = givenTo(one, name.slice(0, -4))
    if (!parsed.ok || given.length === 0) return []
    const reads = inputsOf(parsed.value)
    const written = !parsed.value.text.includes('WRITE:')
    const all = new Set(given.flatMap((params) => Object.keys(params)))
    return [
      ...[...reads]
        .filter((input) => !given.every((params) => input in params))
        .map((input) => `${name}: expected every plan to give $Params.${input}, which it reads`),
      ...[...all]
        // a name beside an Id is for scripts that may run before the Id is known
        // not yet written by its author: nothing to say
        .filter((input) => written && !reads.has(input) && !(input === 'name' && reads.has('id')))
        .map((input) => `${name}: expected $Params.${input} to be read, since the plan gives it`),
    ]
  })

/** Parameters that the cases of a kind give to a script. */
function givenTo(one: KindFolder, verb: string): readonly JsonObject[] {
  if (verb === 'list') return one.kind.listing?.when === 'below' ? [{ below: [] }] : []
  if (verb === 'observe')
    return one.cases.map(({ want }) => one.kind.look(one.kind.props.parse(want) as JsonObject, undefined))
  return one.cases.flatMap((each) => {
    const plan = planOf(one.kind, each)
    return plan.do === 'steps'
      ? plan.steps.filter((step) => step.verb === verb).map((step) => step.params)
      : []
  })
}

/** `$Params.name` → `name`. */
function inputsOf(script: Script): ReadonlySet<string> {
  const out = new Set<string>()
  walkBlock(script.block, {
    expr(x) {
      if (
        x.kind === 'member' &&
        x.target.kind === 'var' &&
        x.target.name === 'Params' &&
        x.name.kind === 'const'
      )
        out.add(String(x.name.value))
    },
  })
  return out
}
