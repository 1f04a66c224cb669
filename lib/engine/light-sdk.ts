/**
 * Imported before Pulumi's SDK, keeps it from loading what nobody here uses: the TypeScript compiler and npm's dependency resolver,
 * two thirds of its start. They serve functions that a program turns into text, as dynamic providers do, and come when one does.
 */
import { createRequire, Module } from 'node:module'

const require = createRequire(import.meta.url)
const standIns = new Map<string, Module>()

const compiler = '@pulumi/pulumi/typescript-shim.js'
defer(
  compiler,
  new Proxy(
    {},
    {
      get: (_, name) => Reflect.get(real(compiler), name),
      has: (_, name) => Reflect.has(real(compiler), name),
    },
  ),
)

const codePaths = '@pulumi/pulumi/runtime/closure/codePaths.js'
defer(codePaths, {
  __esModule: true,
  computeCodePaths: (...args: unknown[]): unknown => {
    const compute: unknown = Reflect.get(real(codePaths), 'computeCodePaths')
    if (typeof compute !== 'function') throw new TypeError(`${codePaths} has no computeCodePaths`)
    return compute(...args)
  },
})

/** Lets a module stand for itself until it is used; one that is loaded already stays. */
function defer(name: string, standIn: object): void {
  const path = require.resolve(name)
  if (require.cache[path] !== undefined) return
  const module = new Module(path)
  module.filename = path
  module.loaded = true
  module.exports = standIn
  require.cache[path] = module
  standIns.set(path, module)
}

/** The module itself, from its first use on. */
function real(name: string): object {
  const path = require.resolve(name)
  if (require.cache[path] === standIns.get(path)) Reflect.deleteProperty(require.cache, path)
  return require(path) as object
}
