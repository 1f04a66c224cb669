/** Sites as the commands take them; several selectors add up. */
export const siteSelector = {
  type: 'string',
  array: true,
  default: [] as string[],
  defaultDescription: 'all',
  describe: 'Site ids (beirut, brussels-*) or key=value (link=satellite,size=small, country=LB|SY)',
} as const
