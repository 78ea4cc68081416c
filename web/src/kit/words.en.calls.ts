/** English of what only the pages of calls say. */
export const calls: Record<string, string> = {
}
