import fc from 'fast-check'
import type { Cmdlet, Parameter } from '../../../lib/powershell/index.ts'

/** A call as a script writes it, right or wrong. */
const texts = ["'fs1'", "'C:\\x'", "''", "'*'", '5', '$null', "@('a', 'b')", '@()', '$true']
const numbers = ['1', '0', '-1', "'2'", "'x'", '1.5', '300', '70000', '5000000000', '$null', "''", '@(1, 2)']
const flags = ['$true', '$false', '0', '1', "'true'", '$null', "''"]

/** What a parameter of a type is given. */
function valuesOf({ type, values }: Parameter): readonly string[] {
  if (values !== undefined && values.length > 0) {
    const [first = '', last = first] = [values[0], values.at(-1)]
    return [`'${first}'`, `'${last.toLowerCase()}'`, "'bogus'", "''", '$null', `@('${first}', '${last}')`]
  }
  const short = type.replace(/\[\]$/, '')
  if (short === 'String') return texts
  if (/^(U?Int(16|32|64)|Byte)$/.test(short)) return numbers
  if (short === 'Boolean') return flags
  if (short === 'Guid') return ["'3e7bd3b0-1111-4222-8333-000000000001'", "'x'", '$null', '5']
  if (short === 'VirtualMachine') return ["(Get-VM -Name 'fs1')"]
  if (short === 'VMSwitch') return ["(Get-VMSwitch -Name 'lan')"]
  if (short === 'VMNetworkAdapterBase' || short === 'VMNetworkAdapter')
    return ["(Get-VMNetworkAdapter -VMName 'fs1')"]
  if (short === 'Object') return ["'fs1'", '5', '$null']
  return []
}

/** What comes down a pipeline, by the class of the parameter that takes it: the tables say of a parameter that it takes input, and not how. */
const inputs: { readonly [type: string]: string } = {
  VirtualMachine: "Get-VM -Name 'fs1' | ",
  VMSwitch: "Get-VMSwitch -Name 'lan' | ",
  VMNetworkAdapter: "Get-VMNetworkAdapter -VMName 'fs1' | ",
  VMNetworkAdapterBase: "Get-VMNetworkAdapter -VMName 'fs1' | ",
}

/** Calls of one cmdlet: up to four parameters, by name, by alias or by position, now and then with one that it does not have, or out of a pipeline. */
export function callsOf({ name, signature }: Cmdlet): fc.Arbitrary<string> {
  const parameters = Object.entries(signature.parameters).filter(
    ([, about]) => about.switch || valuesOf(about).length > 0,
  )
  const named = fc
    .constantFrom(...parameters)
    .chain(([parameter, about]) =>
      fc
        .tuple(
          fc.constantFrom(parameter, parameter, parameter, ...about.aliases, parameter.toLowerCase()),
          about.switch ? fc.constantFrom('', '', ':$false', ':$true') : fc.constantFrom(...valuesOf(about)),
        )
        .map(
          ([spelled, value]) => `-${spelled}${value === '' || value.startsWith(':') ? value : ` ${value}`}`,
        ),
    )
  const positional = fc.constantFrom(...texts, ...numbers)
  const fitting = Object.values(signature.parameters).flatMap(({ type, pipeline }) =>
    pipeline ? (inputs[type.replace(/\[\]$/, '')] ?? []) : [],
  )
  const input = fc.constantFrom('', '', '', ...fitting)
  const unknown = fc.option(fc.constantFrom("-Bogus 'x'", '-Bogus'), { freq: 12, nil: '' })
  return fc
    .tuple(
      input,
      fc.option(positional, { freq: 4, nil: '' }),
      fc.uniqueArray(named, { maxLength: 4, selector: (text) => text.split(/[ :]/)[0]?.toLowerCase() }),
      unknown,
    )
    .map(
      ([before, first, rest, last]) =>
        `${before}${[name, first, ...rest, last].filter((part) => part !== '').join(' ')} -ErrorAction Stop`,
    )
}
