import { fail } from '../errors.ts'

const NOT_FOUND = 'System.Management.Automation.PropertyNotFoundException'

/** The failure to find a property under strict mode. */
export function noProperty(name: string): never {
  fail(
    'PropertyNotFoundStrict',
    `The property '${name}' cannot be found on this object. Verify that the property exists.`,
    'NotSpecified',
    NOT_FOUND,
  )
}
