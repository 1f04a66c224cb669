import { err, ok, type Result } from '../../domain/result.ts'
import { digestOf } from './canonical.ts'
import { planFormat, type PlanDocument } from './document.ts'
import { lineAt, lineOf } from './locate.ts'
import { planShape } from './shape.ts'

/** What is wrong with a plan's file. `line` is undefined where it is about the whole of it. */
export type PlanComplaint = {
  readonly line: number | undefined
  readonly expected: string
  readonly got: string
  readonly fix: string
}

/** The largest file that is read, characters, and the deepest nesting. */
export const planLimits = { characters: 64 * 1024 * 1024, depth: 64 } as const

const makeAnew = 'Make the plan anew with chancery preview --save.'
const fetchAgain = 'Fetch the file again from where it was approved, or make the plan anew.'

/** Reads a plan, or says everything that is wrong with it. Pure, and throws nothing whatever the text. */
export function readPlan(text: string): Result<PlanDocument, readonly PlanComplaint[]> {
  const parsed = parse(text)
  if (!parsed.ok) return parsed
  const found = parsed.value
  if (!isObject(found) || found['chancery'] !== 'plan') return notAPlan(found)
  const format = found['format']
  if (format !== planFormat) return otherFormat(text, format)
  if (depthOf(found) > planLimits.depth)
    return complain(undefined, `at most ${planLimits.depth} levels of nesting`, 'more', fetchAgain)
  const { integrity, ...rest } = found
  const whole = integrity === digestOf(rest)
  const shaped = planShape.safeParse(found)
  const wrong = shaped.success
    ? []
    : shaped.error.issues.slice(0, 20).flatMap((issue) => shapeComplaints(text, issue))
  if (!whole) {
    const edited: PlanComplaint = {
      line: lineOf(text, ['integrity']),
      expected: 'the digest of the lines above it',
      got: 'another one: the file was edited or damaged after it was written',
      fix: fetchAgain,
    }
    return err([edited, ...wrong])
  }
  if (!shaped.success) return err(wrong)
  const { integrity: _, ...kept } = shaped.data
  return digestOf(kept) === integrity
    ? ok(shaped.data)
    : complain(undefined, 'names that JavaScript can keep', '__proto__ as the name of a property', makeAnew)
}

function parse(text: string): Result<unknown, readonly PlanComplaint[]> {
  if (text.length > planLimits.characters)
    return complain(
      undefined,
      `at most ${planLimits.characters} characters`,
      `${text.length}`,
      'Save fewer sites in one plan.',
    )
  if (text.trim() === '') return complain(1, 'a plan', 'an empty file', fetchAgain)
  try {
    return ok(JSON.parse(text) as unknown)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return endsEarly(text)
      ? complain(lineAt(text, text.length), 'the rest of the plan', 'the end of the file', fetchAgain)
      : complain(lineAt(text, wrongFrom(text)), 'JSON', 'something else', fetchAgain)
  }
}

/** Whether a text is no JSON only for what is missing at its end. */
function endsEarly(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const { message } = error as SyntaxError
    const position = Number(/at position (\d+)/.exec(message)?.[1] ?? -1)
    return /Unterminated|Unexpected end/.test(message) || position >= text.trimEnd().length
  }
}

/** Where a text stops being the beginning of JSON: the parser doesn't always tell. */
function wrongFrom(text: string): number {
  let fine = 0
  let wrong = text.length
  while (wrong - fine > 1) {
    const middle = Math.floor((fine + wrong) / 2)
    if (endsEarly(text.slice(0, middle))) fine = middle
    else wrong = middle
  }
  return fine
}

const shortened = (message: string): string => message.split('\n')[0]!.slice(0, 200)

const complain = (
  line: number | undefined,
  expected: string,
  got: string,
  fix: string,
): Result<never, readonly PlanComplaint[]> => err([{ line, expected, got, fix }])

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const notAPlan = (found: unknown): Result<never, readonly PlanComplaint[]> =>
  complain(
    1,
    '"chancery": "plan"',
    isObject(found) && found['chancery'] !== undefined
      ? `"chancery": ${written(found['chancery'])}`
      : 'a file that is not a plan',
    'Name a file that chancery preview --save wrote.',
  )

function otherFormat(text: string, format: unknown): Result<never, readonly PlanComplaint[]> {
  const newer = typeof format === 'number' && format > planFormat
  return complain(
    lineOf(text, ['format']),
    `format ${planFormat}`,
    newer ? `format ${format}, which a newer chancery wrote` : `format ${written(format)}`,
    newer ? 'Use the chancery that wrote it, or a newer one.' : makeAnew,
  )
}

type Issue = {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code?: string | undefined
  readonly keys?: readonly string[]
}

function shapeComplaints(text: string, issue: Issue): readonly PlanComplaint[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
  const at = path.length === 0 ? 'the plan' : path.join('.')
  const [, expected = shortened(issue.message), got = 'something else'] =
    /expected (.+), received (.+)$/.exec(issue.message) ?? []
  return [{ line: lineOf(text, path), expected: `${at}: ${expected}`, got, fix: makeAnew }]
}

const written = (value: unknown): string =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)
    ? (JSON.stringify(value) ?? 'nothing').slice(0, 60)
    : value === undefined
      ? 'none'
      : 'something else'

/** Levels of objects and lists; counts without recursion, for the text may be of any depth. */
function depthOf(root: unknown): number {
  let depth = 0
  for (let level: readonly object[] = [root].filter(isNested); level.length > 0; depth++) {
    if (depth > planLimits.depth) return depth
    level = level.flatMap((value) => Object.values(value).filter(isNested))
  }
  return depth
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null
