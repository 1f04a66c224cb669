import { createRequire } from 'node:module'
import './light-sdk.ts'
import * as pulumi from '@pulumi/pulumi'
import { describe, expect, it } from 'vitest'

const require = createRequire(import.meta.url)
const loaded = (part: RegExp): boolean => Object.keys(require.cache).some((file) => part.test(file))
const compiler = /node_modules\/typescript\//
const resolver = /@npmcli\/arborist/

describe('Pulumi’s SDK', () => {
  it('is there without the compiler and npm’s resolver, which come when a function is made text or packed', async () => {
    expect(pulumi.runtime.isDryRun).toBeTypeOf('function')
    expect([loaded(compiler), loaded(resolver)]).toEqual([false, false])

    const greeting = 'hello'
    const { text } = await pulumi.runtime.serializeFunction(() => greeting)
    expect(text).toContain('greeting: "hello"')
    expect([loaded(compiler), loaded(resolver)]).toEqual([true, false])

    const paths = await pulumi.runtime.computeCodePaths({ extraIncludePaths: ['lib/engine/version.ts'] })
    expect([...paths.keys()]).toContain('lib/engine/version.ts')
    expect(loaded(resolver)).toBe(true)
  })
})
