/** English of what only the pages of roster say. */
export const roster: Record<string, string> = {
}
