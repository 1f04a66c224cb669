import { project } from '../run/stacks.ts'

/** URN of a resource that a program declares outside of any component. */
export const urnOf = (
  stack: string,
  { token, name }: { readonly token: string; readonly name: string },
): string => `urn:pulumi:${stack}::${project}::chancery:${token}::${name}`
