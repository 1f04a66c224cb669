/** Marks a word as the rehearsed command's own; no command line holds this character. */
const mark = '\u0001'

/** Options that take the next word, of every command and of `rehearse` itself. */
const takesNext = new Set(['--inventory', '--fault'])

/**
 * Marks every word of the command line that is rehearsed, so that its options are not read as those of `rehearse`:
 * `--json rehearse --no-delay up beirut --yes` → the last three are marked. Any other command line stays as it is.
 */
export function sealed(argv: readonly string[]): readonly string[] {
  const at = firstWord(argv, 0)
  if (argv[at] !== 'rehearse') return argv
  const from = firstWord(argv, at + 1)
  return [...argv.slice(0, from), ...argv.slice(from).map((word) => mark + word)]
}

/** The words as the person wrote them. */
export const opened = (words: readonly string[]): readonly string[] =>
  words.map((word) => (word.startsWith(mark) ? word.slice(mark.length) : word))

/** Where the first word stands that is no option and belongs to none. */
function firstWord(argv: readonly string[], from: number): number {
  let at = from
  while (at < argv.length && argv[at]!.startsWith('-')) at += takesNext.has(argv[at]!) ? 2 : 1
  return at
}
