export { createLink, type OpenLink } from './link.ts'
export { budgetAt } from './timetable.ts'
