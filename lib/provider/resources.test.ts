import { expect, it } from 'vitest'
import { loadCatalogue } from './catalogue.ts'
import { packageSchema } from './schema.ts'
import { staleResources } from './write-resources.ts'

it('the resource classes are those of the kinds (write them with npm run resources)', async () => {
  expect(await staleResources()).toEqual([])
})

it('the package schema describes every kind with its inputs and outputs', async () => {
  const catalogue = await loadCatalogue()
  const schema = packageSchema(catalogue) as {
    resources: Record<
      string,
      { inputProperties: Record<string, { description?: string }>; requiredInputs: string[] }
    >
  }
  expect(Object.keys(schema.resources).sort()).toEqual(
    [...catalogue.keys()].map((token) => `chancery:${token}`).sort(),
  )
  for (const [token, resource] of Object.entries(schema.resources)) {
    expect(resource.requiredInputs, token).toContain('host')
    for (const [name, property] of Object.entries(resource.inputProperties)) {
      expect(property.description, `${token} ${name}`).toBeTruthy()
    }
  }
})
