import type { ArgumentsCamelCase, Argv, InferredOptionTypes, Options, PositionalOptions } from 'yargs'
import type { Output, Surroundings } from './output.ts'

/** Options that every command has. */
export type Globals = {
  readonly inventory: string | undefined
  readonly json: boolean
  readonly quiet: boolean
}

/** What a running command works with. */
export type Context = Surroundings & {
  readonly output: Output
  /** What another command line would run with; undefined where it asks for help. A mistake in it is a `UsageError`. Nothing is run. */
  readonly argumentsOf: (words: readonly string[]) => Promise<Meant | undefined>
}

/** A command line that was read and not run. */
export type Meant = { readonly command: string; readonly args: Globals }

/** The input is wrong: the person must write something else. Ends with exit code 2. */
export class UsageError extends Error {}

type Described<T> = { readonly [name: string]: T & { readonly describe: string } }

/** A command as its module declares it. `run` imports what it needs and gives the exit code; it never exits. */
export type CommandSpec<P extends Described<PositionalOptions>, O extends Described<Options>> = {
  /** As yargs writes it: `sites [selector..]`. */
  readonly usage: string
  readonly about: string
  /** Command line after `chancery`, and what it does. */
  readonly examples: readonly (readonly [string, string])[]
  readonly positionals: P
  readonly options: O
  readonly run: (
    args: ArgumentsCamelCase<Globals & InferredOptionTypes<P> & InferredOptionTypes<O>>,
    context: Context,
  ) => Promise<number>
}

/** A command with the types of its arguments sealed: what the list of commands holds. */
export type Command = {
  readonly name: string
  /** As yargs writes it: `sites [selector..]`. */
  readonly usage: string
  /** Names of its own options, for suggestions. */
  readonly options: readonly string[]
  /** Words that its positionals are chosen from. */
  readonly words: readonly string[]
  /** Its positionals name sites. */
  readonly takesSites: boolean
  register(argv: Argv<Globals>, act: Act): Argv<Globals>
}

type Act = (globals: Globals, run: (context: Context) => Promise<number>) => Promise<void>

export function defineCommand<
  const P extends Described<PositionalOptions>,
  const O extends Described<Options>,
>(spec: CommandSpec<P, O>): Command {
  return {
    name: spec.usage.split(' ')[0]!,
    usage: spec.usage,
    options: Object.keys(spec.options),
    words: Object.values(spec.positionals).flatMap(({ choices }) => (choices ?? []).map(String)),
    takesSites: 'site' in spec.positionals,
    register: (argv, act) =>
      argv.command<Globals & InferredOptionTypes<P> & InferredOptionTypes<O>>(
        spec.usage,
        spec.about,
        (own: Argv) => {
          for (const [name, positional] of Object.entries(spec.positionals)) own.positional(name, positional)
          own.options(spec.options).example(spec.examples.map(([line, why]) => [`$0 ${line}`, why]))
        },
        (args) => {
          for (const [name, given] of Object.entries({ ...spec.positionals, ...spec.options })) {
            const wrong = malformed(
              `${name in spec.options ? '--' : ''}${name}`,
              given,
              Reflect.get(args, name),
            )
            if (wrong !== undefined) throw new UsageError(wrong)
          }
          return act(args, (context) => spec.run(args, context))
        },
      ),
  }
}

/** What no command takes, whatever it means there: an option twice, a text without a letter, a number that is none. */
function malformed(name: string, { array, type, requiresArg }: Given, value: unknown): string | undefined {
  if (array !== true && Array.isArray(value))
    return `${name}: expected once, got it several times. Leave all but one out.`
  if (type === 'number' && Number.isNaN(value))
    return `${name}: expected a number, got something else. Write digits: 30.`
  // An option that may stand alone is an empty text then.
  const mayBeEmpty = name.startsWith('--') && requiresArg !== true
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  return !mayBeEmpty && texts.some((text) => typeof text === 'string' && text.trim() === '')
    ? `${name}: expected a text, got an empty one. Write it, or leave the option out.`
    : undefined
}

type Given = Pick<Options, 'array' | 'type' | 'requiresArg'>
