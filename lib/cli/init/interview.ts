import type { Reading } from '../../inventory/socket-address.ts'
import { type Answers, type Question, questions } from './questions.ts'

/** Answers by option, as they were typed on the command line. */
export type Given = { readonly [option: string]: string | undefined }

export type InterviewRequest = {
  readonly given: Given
  readonly cwd: string
  /** Asks a person one line; undefined = nobody answers any more. Absent: nobody is there to be asked. */
  readonly ask?: (question: string) => Promise<string | undefined>
  /** Says why an answer is asked for again. */
  readonly tell: (text: string) => void
}

/** `gone`: the person left. `wrong`: sentences, every one that there is. */
export type Interview =
  | { readonly kind: 'answered'; readonly answers: Answers }
  | { readonly kind: 'wrong'; readonly complaints: readonly string[] }
  | { readonly kind: 'gone' }

/** Gets every answer: from the options, from a person, or from what is taken otherwise; in that order. */
export async function interview(request: InterviewRequest): Promise<Interview> {
  const { given, cwd, ask } = request
  const answers: { [name: string]: Answers[keyof Answers] } = {}
  const complaints: string[] = []
  for (const { option, key, read } of questions) {
    const text = given[option]
    if (text === undefined) continue
    const reading = read(text, cwd)
    if ('value' in reading) answers[key] = reading.value
    else complaints.push(`--${option}: ${complaint(text, reading)}`)
  }
  if (complaints.length > 0 && ask !== undefined) return { kind: 'wrong', complaints }
  for (const one of questions) {
    if (given[one.option] !== undefined) continue
    if (ask === undefined) {
      const text = one.otherwise?.(answers, cwd)
      const reading = text === undefined ? undefined : one.read(text, cwd)
      if (reading !== undefined && 'value' in reading) answers[one.key] = reading.value
      else complaints.push(`--${one.option}: ${one.ask}`)
      continue
    }
    const answer = await askUntilRight(one, answers, request, ask)
    if (answer === undefined) return { kind: 'gone' }
    answers[one.key] = answer
  }
  return complaints.length > 0 ? { kind: 'wrong', complaints } : { kind: 'answered', answers: whole(answers) }
}

/** The answer to one question; undefined when the person left. */
export async function askUntilRight(
  { ask: text, read, otherwise }: Question,
  answers: Partial<Answers>,
  { cwd, tell }: Pick<InterviewRequest, 'cwd' | 'tell'>,
  ask: (question: string) => Promise<string | undefined>,
): Promise<Answers[keyof Answers] | undefined> {
  const usual = otherwise?.(answers, cwd)
  for (;;) {
    const typed = await ask(`${text}${usual === undefined ? '' : ` [${usual}]`}: `)
    if (typed === undefined) return undefined
    const taken = typed === '' ? (usual ?? '') : typed
    const reading = read(taken, cwd)
    if ('value' in reading) return reading.value
    tell(complaint(taken, reading))
  }
}

const complaint = (got: string, { expected, fix }: Extract<Reading<unknown>, { expected: string }>): string =>
  `expected ${expected}, got ${got === '' ? 'nothing' : `"${withoutSecret(got)}"`}. ${fix}`

/** A password that somebody typed into a URL is not shown again. */
const withoutSecret = (text: string): string =>
  text.replace(/(:\/\/[^\s/@:]*:)[^\s/]*(?=@)/g, '$1****').replace(/([?&]password=)[^&\s]*/g, '$1****')

function whole(answers: Partial<Answers>): Answers {
  const missing = questions.filter(({ key }) => answers[key] === undefined)
  if (missing.length > 0)
    throw new Error(`Internal error: no answer to ${missing.map(({ key }) => key).join()}`)
  return answers as Answers
}
