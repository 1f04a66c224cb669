import { existsSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { exitCode } from '../../domain/outcome.ts'
import { chooseInventory } from '../../inventory/index.ts'
import type { Output } from '../output.ts'
import { paragraph } from '../view/text.ts'
import { type BackendTrial, tryBackend } from './backend.ts'
import { backendOf, inventoryFiles } from './files.ts'
import { askUntilRight, type Given, interview } from './interview.ts'
import { type Answers, questions } from './questions.ts'
import { occupied, writeInventory } from './write.ts'

export type InitRequest = {
  /** As typed; undefined = `inventories/<organisation>`. */
  readonly folder: string | undefined
  readonly given: Given
  /** Whether a passphrase file that is not there is made; undefined = to be asked. */
  readonly makePassphrase: boolean | undefined
  /** False: the backend is not tried. */
  readonly check: boolean
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly output: Output
  /** Columns of the terminal that questions go to. */
  readonly width: number | undefined
  readonly ask?: (question: string) => Promise<string | undefined>
  readonly abort: AbortSignal
  readonly trial?: (trial: BackendTrial) => ReturnType<typeof tryBackend>
}

/** Makes a new organisation; gives the exit code. Nothing is written before everything is known and the backend was tried. */
export async function init(request: InitRequest): Promise<number> {
  const { output, cwd, abort } = request
  const tell = (text: string): void => output.complain(paragraph(text, request.width))
  const folder = request.folder === undefined ? undefined : resolve(cwd, request.folder)
  const taken = folder === undefined ? undefined : occupied(folder)
  if (taken !== undefined) return refused(tell, [taken])
  const ask = request.ask && ((question: string) => request.ask!(`${paragraph(question, request.width)} `))
  const asked = await interview({ given: request.given, cwd, tell, ...(ask && { ask }) })
  if (asked.kind === 'gone') return left(tell, abort)
  const missing = asked.kind === 'wrong' ? [...asked.complaints] : []
  const passphrase = asked.kind === 'wrong' ? passphraseGiven(request.given, cwd) : asked.answers.passphrase
  const make = await makeOf(request, passphrase, tell, ask)
  if (make === 'gone') return left(tell, abort)
  if (make === 'missing')
    missing.push(`--make-passphrase yes or no: there is no ${passphrase}. Make a strong one there?`)
  if (asked.kind === 'wrong' || make === 'missing')
    return refused(tell, [
      `init: ${missing.length === 1 ? 'one answer is' : `${missing.length} answers are`} missing or wrong. Nothing was written.`,
      ...missing,
    ])
  const target = folder ?? join(cwd, 'inventories', asked.answers.organisation)
  const inside = [occupied(target), exposed(target, asked.answers.passphrase)].filter(
    (one) => one !== undefined,
  )
  if (inside.length > 0) return refused(tell, inside)
  const answers = await withBackend(request, asked.answers, tell, ask)
  if (answers === 'gone') return left(tell, abort)
  if (answers === 'failed') return exitCode.failed
  if (abort.aborted) return left(tell, abort)
  const places = { folder: target, work: join(cwd, '.chancery') }
  const written = writeInventory({
    folder: target,
    files: inventoryFiles(answers, places),
    passphrase: make === 'make' ? answers.passphrase : undefined,
  })
  if (!written.ok) {
    tell(`chancery: ${written.error}`)
    return exitCode.failed
  }
  const next = nextCommands(answers, target, cwd)
  output.answer({ folder: target, organisation: answers.organisation, next }, () =>
    done(request, answers, target, make, next),
  )
  return exitCode.done
}

type Ask = (question: string) => Promise<string | undefined>

function refused(tell: (text: string) => void, texts: readonly string[]): number {
  for (const text of texts) tell(text)
  return exitCode.usage
}

function left(tell: (text: string) => void, abort: AbortSignal): number {
  tell('Not finished. Nothing was written.')
  return abort.aborted ? exitCode.interrupted : exitCode.failed
}

/** The file of a passphrase that the options name. */
function passphraseGiven(given: Given, cwd: string): string | undefined {
  const text = given['passphrase']
  const reading =
    text === undefined ? undefined : questions.find(({ key }) => key === 'passphrase')?.read(text, cwd)
  return reading !== undefined && 'value' in reading ? String(reading.value) : undefined
}

/** Whether the file of the passphrase is to be made: never where there is one. */
async function makeOf(
  { makePassphrase }: InitRequest,
  passphrase: string | undefined,
  tell: (text: string) => void,
  ask: Ask | undefined,
): Promise<'make' | 'leave' | 'missing' | 'gone'> {
  if (passphrase === undefined || passphrase === 'environment' || existsSync(passphrase)) return 'leave'
  if (makePassphrase !== undefined) return makePassphrase ? 'make' : 'leave'
  if (ask === undefined) return 'missing'
  for (;;) {
    const typed = await ask(
      `There is no ${passphrase}. Make a strong passphrase there, for you alone to read? [yes]:`,
    )
    if (typed === undefined) return 'gone'
    if (typed === '' || /^y(es)?$/i.test(typed)) return 'make'
    if (/^no?$/i.test(typed)) return 'leave'
    tell(`expected yes or no, got "${typed}".`)
  }
}

/** An inventory is shared, and often published; a passphrase in it would be too. */
const exposed = (folder: string, passphrase: string): string | undefined =>
  passphrase.startsWith(`${folder}${sep}`)
    ? `--passphrase: expected a file outside the inventory, which is no secret, got ${passphrase}. Nothing was written. Write .chancery/passphrase, for example.`
    : undefined

/** Tries the backend; a person may name another one, as often as it takes. */
async function withBackend(
  request: InitRequest,
  first: Answers,
  tell: (text: string) => void,
  ask: Ask | undefined,
): Promise<Answers | 'gone' | 'failed'> {
  const { output, env, abort, cwd, trial = tryBackend } = request
  const question = questions.find(({ key }) => key === 'state')!
  let answers = first
  // A folder of our own is made when it is used first.
  while (request.check && answers.state !== 'folder') {
    output.note('Trying the backend …')
    const url = backendOf(answers, { work: join(cwd, '.chancery') })
    const tried = await trial({ url, env, note: output.note, abort })
    if (abort.aborted) return 'gone'
    if (tried.ok) {
      output.note(
        `The backend answers; it has ${tried.value.length} ${tried.value.length === 1 ? 'stack' : 'stacks'}.`,
      )
      break
    }
    tell(tried.error.message)
    if (ask === undefined || tried.error.of === 'engine') {
      tell('Nothing was written. --no-check leaves the backend untried.')
      return 'failed'
    }
    const state = await askUntilRight(question, answers, { cwd, tell }, ask)
    if (state === undefined) return 'gone'
    answers = { ...answers, state: String(state) }
  }
  return answers
}

/** Command lines after `chancery`. */
function nextCommands({ site }: Answers, folder: string, cwd: string): readonly string[] {
  const found = chooseInventory(cwd, undefined)
  const option = found.ok && resolve(found.value) === folder ? '' : ` --inventory ${relative(cwd, folder)}`
  return [`trust ${site}${option}`, `doctor ${site}${option}`, `preview ${site}${option}`]
}

function done(
  { width }: InitRequest,
  { passphrase, state }: Answers,
  folder: string,
  make: 'make' | 'leave',
  next: readonly string[],
): string {
  const secret =
    passphrase === 'environment'
      ? 'Every operator sets PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE, to the same passphrase.'
      : make === 'make'
        ? `The passphrase is in ${passphrase}: keep a copy in a safe place${state === 'folder' ? '' : ', and give it to the other operators'}. Whoever loses it loses the secrets in the states.`
        : existsSync(passphrase)
          ? `The passphrase is the one that was in ${passphrase}.`
          : `Put the passphrase that the other operators have into ${passphrase}.`
  return [
    paragraph(`The organisation is in ${folder}.`, width),
    paragraph(secret, width),
    'Next:',
    ...next.map((line) => `  chancery ${line}`),
  ].join('\n')
}
