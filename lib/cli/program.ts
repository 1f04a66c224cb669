import yargs, { type Argv, type Options } from 'yargs'
import { exitCode } from '../domain/outcome.ts'
import { type Command, type Globals, type Meant, UsageError } from './command.ts'
import { commands } from './commands/index.ts'
import { createOutput, type Surroundings } from './output.ts'
import { projectVersion } from './root.ts'
import { nearest } from '../inventory/complaint.ts'

/** Runs one command line and gives its exit code. Throws nothing: an unexpected exception is told and is exit code 1. */
export async function runCommandLine(argv: readonly string[], at: Surroundings): Promise<number> {
  if (argv[0] === 'completion' && argv[1] === 'words') return completeWords(argv.slice(2), at)
  let code: number = exitCode.done
  const program = commands.reduce<Argv<Globals>>(
    (built, command) =>
      command.register(built, async (globals, run) => {
        onceEach(globals)
        code = await run({
          ...at,
          output: createOutput(at, globals),
          argumentsOf: (words) => argumentsOf(words, at),
        })
      }),
    globalOptions(argv, at),
  )
  try {
    await program.parseAsync(
      [...(await readable(argv))],
      {},
      (_error: unknown, _args: unknown, help: string) => {
        if (help !== '') at.stdout.write(`${help}\n`)
      },
    )
    return code
  } catch (error) {
    if (!(error instanceof UsageError)) return await defect(error, at)
    at.stderr.write(`chancery: ${error.message}\n`)
    return exitCode.usage
  }
}

/** `Context.argumentsOf`. */
async function argumentsOf(argv: readonly string[], at: Surroundings): Promise<Meant | undefined> {
  let found: Meant | undefined
  const program = commands.reduce<Argv<Globals>>(
    (built, command) =>
      command.register(built, async (args) => {
        onceEach(args)
        found = { command: command.name, args }
      }),
    globalOptions(argv, at),
  )
  await program.parseAsync([...(await readable(argv))], {}, () => undefined)
  return found
}

/** What is rehearsed is a command line of its own: its options are not read as ours. */
async function readable(argv: readonly string[]): Promise<readonly string[]> {
  if (!argv.includes('rehearse')) return argv
  const { sealed } = await import('./rehearse/words.ts')
  return sealed(argv)
}

/** What the scripts of `chancery completion` ask: the words so far are data here, not options. */
async function completeWords(words: readonly string[], at: Surroundings): Promise<number> {
  const { completions } = await import('./completion.ts')
  const known = { commands, globals: [...Object.keys(globals), 'help'] }
  for (const word of await completions(words, known, at)) at.stdout.write(`${word}\n`)
  return exitCode.done
}

function globalOptions(argv: readonly string[], at: Surroundings): Argv<Globals> {
  return yargs([], at.cwd)
    .scriptName('chancery')
    .usage('$0 COMMAND\n\nDeclares, previews and pushes what runs at sites on thin, slow links.')
    .locale('en')
    .options(globals)
    .parserConfiguration({ 'boolean-negation': false })
    .strict()
    .demandCommand(1, 'A command is missing')
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Math.min((at.stdout.isTTY === true ? at.stdout.columns : undefined) ?? 100, 110))
    .alias('help', 'h')
    .version(projectVersion())
    .epilogue(exitCodes)
    .fail((message: string | null, error: Error | undefined) => {
      // What a command threw comes through here as it is, without a message of yargs.
      if (!message) throw error
      throw new UsageError(explain(message, argv))
    })
}

const exitCodes = [
  'Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 some sites unreachable or deferred,',
  '4 differences found where the question was whether there are any, 130 interrupted.',
].join('\n')

const globals = {
  inventory: {
    type: 'string',
    requiresArg: true,
    describe:
      'Folder of the organisation [default: CHANCERY_INVENTORY, else the only one under inventories/]',
  },
  json: { type: 'boolean', default: false, describe: 'Print the answer as JSON' },
  quiet: { type: 'boolean', default: false, describe: 'Print only the answer and what went wrong' },
} as const satisfies { [name: string]: Options }

/** yargs makes a list of what is written twice. */
function onceEach(given: Globals): void {
  for (const name of Object.keys(globals))
    if (Array.isArray(Reflect.get(given, name)))
      throw new UsageError(`--${name}: expected once, got it several times. Leave all but one out.`)
}

/** What yargs found wrong, then what was probably meant, then where to read on. */
function explain(message: string, argv: readonly string[]): string {
  const command = commands.find(({ name }) => argv.includes(name))
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1]
  const see = `See: chancery ${command === undefined ? '' : `${command.name} `}--help`
  if (unknown === undefined) return `${known(message, command)}\n  ${see}`
  if (command === undefined && argv.includes(unknown)) {
    const meant = nearest(
      unknown,
      commands.map(({ name }) => name),
    )
    return `Unknown command: ${unknown}\n  ${meant === undefined ? '' : `Did you mean ${meant}?\n  `}${see}`
  }
  const meant = nearest(unknown, [...Object.keys(globals), ...(command?.options ?? []), 'help', 'version'])
  return `${message}\n  ${meant === undefined ? '' : `Did you mean --${meant}?\n  `}${see}`
}

/** What yargs says of words that are missing or none of those that may be, in ours. */
function known(message: string, command: Command | undefined): string {
  const few = /^Not enough non-option arguments: got (\d+)/.exec(message)?.[1]
  if (few !== undefined && command !== undefined)
    return `${command.usage}: expected a word for each of ${[...command.usage.matchAll(/<[^>]+>/g)].join(' ')}, got ${few}. Nothing was changed.`
  const given = /Argument: (\S+), Given: "(.*)", Choices: (.*)/.exec(message)
  if (given === null) return message
  const [, name = '', got = '', choices = ''] = given
  const meant = nearest(
    got,
    [...choices.matchAll(/"([^"]+)"/g)].map(([, one]) => one ?? ''),
  )
  return `${command?.options.includes(name) === true ? '--' : ''}${name}: expected one of ${choices}, got "${got}". Nothing was changed.${meant === undefined ? '' : ` Did you mean ${meant}?`}`
}

/** Tells an exception that nobody expected; gives the exit code. Never rejects. */
export async function defect(error: unknown, at: Pick<Surroundings, 'stderr'>): Promise<number> {
  const { withoutKnownSecrets } = await import('./secret-texts.ts')
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  at.stderr.write(
    `Internal error: ${withoutKnownSecrets(text)}\nThis is a defect of chancery, not of your input. Please report it with the command line.\n`,
  )
  return exitCode.failed
}
