import { exitCode } from '../../domain/outcome.ts'
import { defineCommand } from '../command.ts'

export const completion = defineCommand({
  usage: 'completion [shell]',
  about: 'Prints what makes a shell complete commands, options and sites',
  examples: [
    ['completion bash >> ~/.bashrc', 'for bash'],
    ['completion zsh >> ~/.zshrc', 'for zsh, after its compinit'],
  ],
  positionals: {
    shell: {
      type: 'string',
      choices: ['bash', 'zsh'],
      describe: 'Default: the one named in SHELL, else bash',
    },
  },
  options: {},
  run: async (args, { output, env }) => {
    const { completionScripts } = await import('../completion.ts')
    const shell =
      args.shell === 'zsh' || (args.shell === undefined && env['SHELL']?.endsWith('/zsh')) ? 'zsh' : 'bash'
    output.answer({ shell, script: completionScripts[shell] }, () => completionScripts[shell])
    return exitCode.done
  },
})
