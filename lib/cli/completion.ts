import type { Command, Globals } from './command.ts'
import { inventoryFolder } from './inventory.ts'
import type { Surroundings } from './output.ts'

/**
 * What may stand in place of the last word of a command line, in the order of the help: commands, then options of the command
 * and sites. `words` are those after `chancery`, the last one as far as it is typed.
 */
export async function completions(
  words: readonly string[],
  known: { readonly commands: readonly Command[]; readonly globals: readonly string[] },
  at: Pick<Surroundings, 'cwd' | 'env'>,
): Promise<readonly string[]> {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const command = known.commands.find(({ name }) => before.includes(name))
  const options = [...(command?.options ?? []), ...known.globals].map((name) => `--${name}`)
  const offered = current.startsWith('-')
    ? options.filter((option) => !before.includes(option))
    : command === undefined
      ? known.commands.map(({ name }) => name)
      : [...command.words, ...(command.takesSites ? await siteIds(before, at) : [])]
  return offered.filter((word) => word.startsWith(current) && word !== current)
}

/** None where there is no inventory, or one with mistakes: a shell that completes a word has nowhere to show a complaint. */
async function siteIds(
  before: readonly string[],
  at: Pick<Surroundings, 'cwd' | 'env'>,
): Promise<readonly string[]> {
  const named = before[before.indexOf('--inventory') + 1]
  const globals: Pick<Globals, 'inventory'> = {
    inventory: before.includes('--inventory') ? named : undefined,
  }
  const { loadInventory } = await import('../inventory/index.ts')
  try {
    const loaded = loadInventory(inventoryFolder(globals, at))
    return loaded.ok ? loaded.value.sites.map(({ id }) => id) : []
  } catch {
    return []
  }
}

/** What a shell's start-up file takes in; it asks this command line again at each completion. */
export const completionScripts = {
  bash: `_chancery() {
    mapfile -t COMPREPLY < <(chancery completion words "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _chancery chancery
`,
  zsh: `#compdef chancery
_chancery() {
    local -a found
    found=("\${(@f)$(chancery completion words "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -a found
}
compdef _chancery chancery
`,
} as const
