/**
 * The input of a stack's provider under which the state says whose it is: the name of the organisation. The engine keeps it with the first
 * resource; a state without it is nobody's yet.
 */
export const organisationMark = 'organisation'

/** Why nothing is done with the state of somebody else. `expected`, `got`: names of organisations. */
export const foreignStateText = (stack: string, expected: string, got: string): string =>
  `the state of ${stack} belongs to the organisation ${got}, not to ${expected}. Nothing was changed, and no host was touched. Give each organisation a backend of its own (stateBackend in organisation.yaml); if ${expected} is ${got} by another name, use that name.`
