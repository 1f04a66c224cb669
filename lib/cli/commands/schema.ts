import { exitCode } from '../../domain/outcome.ts'
import { defineCommand } from '../command.ts'

export const schema = defineCommand({
  usage: 'schema <of>',
  about:
    'Prints the schema of the resources (as Pulumi’s tools take it) or of a file of the inventory, as JSON',
  examples: [
    ['schema package', 'of the resources: Pulumi package schema'],
    ['schema organisation', 'of organisation.yaml: JSON Schema, for editors'],
  ],
  positionals: {
    of: {
      type: 'string',
      demandOption: true,
      choices: [
        'package',
        'organisation',
        'off-limits',
        'profile',
        'exception',
        'blackouts',
        'second-lines',
        'rollout',
      ],
      describe: 'package, or which file of an inventory',
    },
  },
  options: {},
  run: async (args, { output }) => {
    if (args.of === 'package') {
      const [{ loadCatalogue }, { packageSchema }] = await Promise.all([
        import('../../provider/catalogue.ts'),
        import('../../provider/schema.ts'),
      ])
      const made = packageSchema(await loadCatalogue())
      output.answer(made, () => JSON.stringify(made, undefined, 2))
      return exitCode.done
    }
    const { schemaFiles } = await import('../../inventory/schema-files.ts')
    const text = new Map(schemaFiles()).get(`${args.of}.schema.json`)
    if (text === undefined) throw new Error(`Internal error: no schema of ${args.of}`)
    output.answer(JSON.parse(text) as object, () => text)
    return exitCode.done
  },
})
