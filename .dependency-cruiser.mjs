/**
 * Which part may import which: what a part doesn't list is forbidden. Tests beside a unit may import anything.
 * Patterns of paths of this project, for each part of lib.
 */
export const parts = {
  domain: [],
  kinds: ['^lib/domain/', '^lib/kinds/[^/]+$'],
  components: ['^lib/kinds/', '^lib/provider/resources', '^lib/domain/'],
  reconcile: ['^lib/kinds/kind\\.ts$', '^lib/transport/(port|wire)\\.ts$', '^lib/domain/'],
  link: ['^lib/domain/'],
  powershell: [],
  transport: ['^lib/link/', '^lib/domain/'],
  rollout: ['^lib/durable/port\\.ts$', '^lib/domain/'],
  durable: ['^lib/domain/'],
  report: ['^lib/domain/'],
  inventory: ['^lib/domain/'],
  lab: ['^lib/powershell/', '^lib/transport/(delivery/)?wire\\.ts$', '^lib/domain/'],
  provider: ['^lib/reconcile/', '^lib/kinds/', '^lib/inventory/', '^lib/domain/'],
  engine: ['^lib/domain/'],
}

/** The composition roots: they may import anything. */
const roots = '^lib/(cli/|provider/launcher|index\\.ts$)'
const tests = '\\.(test|test-rig|rig)\\.ts$|^test/'

const partRules = Object.entries(parts).map(([part, allowed]) => ({
  name: `${part}-imports`,
  severity: 'error',
  comment: `lib/${part} may import only itself and: ${allowed.join(' ') || 'nothing'}`,
  from: { path: `^lib/${part}/`, pathNot: [tests, roots] },
  to: { path: '^(lib|stacks|runbooks|test|inventories)/', pathNot: [`^lib/${part}/`, ...allowed] },
}))

export default {
  forbidden: [
    ...partRules,
    {
      name: 'domain-packages',
      severity: 'error',
      comment: 'the vocabulary needs no package',
      from: { path: '^lib/domain/', pathNot: tests },
      to: { path: '^node_modules/' },
    },
    {
      name: 'pure-parts',
      severity: 'error',
      comment: 'domain, kinds and programs do no input or output: no module of Node',
      from: { path: '^(lib/(domain|kinds)|stacks)/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'kinds-apart',
      severity: 'error',
      comment: 'a kind never imports another kind: what two kinds share is in the contract or nowhere',
      from: { path: '^lib/kinds/([^/]+/[^/]+)/', pathNot: tests },
      to: { path: '^lib/kinds/[^/]+/', pathNot: '^lib/kinds/$1/' },
    },
    {
      name: 'ssh2-importers',
      severity: 'error',
      comment: 'only the transport and the lab speak SSH',
      from: { path: '^(lib|stacks|runbooks)/', pathNot: ['^lib/(transport|lab)/', tests] },
      to: { path: '^node_modules/(@types/)?ssh2/' },
    },
    {
      name: 'pulumi-importers',
      severity: 'error',
      comment: 'Pulumi is known to the provider, the engine, the components and the programs',
      from: {
        path: '^lib/',
        pathNot: ['^lib/(provider|engine|components|cli)/', '^lib/index\\.ts$', tests],
      },
      to: { path: '^node_modules/@pulumi/' },
    },
    {
      name: 'roots-are-not-imported',
      severity: 'error',
      comment: 'the command line is a composition root: nothing imports it',
      from: { path: '^lib/', pathNot: [roots, tests] },
      to: { path: '^lib/cli/' },
    },
    {
      name: 'commands-are-lazy',
      severity: 'error',
      comment: 'help must be quick: what a command works with is imported when it runs',
      from: { path: '^lib/cli/(main|program|commands/[^/]+)\\.ts$', pathNot: tests },
      to: {
        path: '^(lib|node_modules)/',
        pathNot:
          '^(lib/cli/(program|command|output|options|root|commands/[^/]+)\\.ts|lib/domain/|lib/engine/light-sdk\\.ts|lib/inventory/complaint\\.ts|node_modules/(@types/)?yargs/)',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'stacks-imports',
      severity: 'error',
      comment: 'a program composes components; it does no input or output of its own',
      from: { path: '^stacks/', pathNot: tests },
      to: {
        path: '^lib/',
        pathNot: '^lib/(index\\.ts$|components/|kinds/|provider/resources|inventory/|domain/)',
      },
    },
    {
      name: 'runbooks-imports',
      severity: 'error',
      comment: 'a runbook uses the public API and the command line, as a user would',
      from: { path: '^runbooks/' },
      to: { path: '^lib/', pathNot: '^lib/index\\.ts$' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment:
        'two files that need each other, if only for a type, are read and changed as one: what both need is a file of its own',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'an import that resolves to nothing',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '^(dist|\\.chancery)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
