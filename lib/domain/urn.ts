/** Parts of Pulumi's name of a resource: `urn:pulumi:<stack>::<project>::<types>::<name>`. */

/** The name that the program gives it. */
export const nameInUrn = (urn: string): string => urn.slice(urn.lastIndexOf('::') + 2)

/** `mission.beirut`. */
export const stackInUrn = (urn: string): string => (urn.split('::')[0] ?? '').replace('urn:pulumi:', '')

/** Its own type, without those of its parents; undefined for what is no URN. */
export const typeInUrn = (urn: string): string | undefined => urn.split('::')[2]?.split('$').at(-1)
