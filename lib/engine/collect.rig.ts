import * as pulumi from '@pulumi/pulumi'

/** A program for the tests of collecting: a component in a component, dependants, a secret, and every way to go wrong. */
export default function program(context: { readonly name: string; readonly goes?: string }): unknown {
  if (context.goes === 'ends') process.exit(7)
  if (context.goes === 'hangs') return new Promise(() => undefined)
  process.stdout.write('what a program prints disturbs nobody\n')
  const outer = new Group('Outer', context.name)
  const inner = new Group('Inner', `${context.name}-inner`, { parent: outer })
  const first = new Item('first', { host: 'hv1', made: undefined }, { parent: inner })
  new Item(
    'second',
    { host: first.host, madeAs: first.made, key: pulumi.secret('swordfish') },
    { parent: inner },
  )
  const third = new Item('third', { stack: pulumi.getStack(), made: undefined }, { dependsOn: first })
  third.urn.apply((urn) => new Item('late', { of: urn }))
  if (context.goes === 'throws') throw new TypeError(`nothing at ${context.name}`)
  if (context.goes === 'throws late')
    first.urn.apply(() => Promise.reject(new TypeError(`nothing at ${context.name}`)))
  return { made: first.made }
}

class Group extends pulumi.ComponentResource {
  constructor(type: string, name: string, options?: pulumi.ComponentResourceOptions) {
    super(`chancery:test:${type}`, name, {}, options)
    this.registerOutputs({})
  }
}

class Item extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>
  /** Known once it exists. */
  declare readonly made: pulumi.Output<string>
  constructor(name: string, inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions) {
    super('chancery:test:Item', name, inputs, options)
  }
}
