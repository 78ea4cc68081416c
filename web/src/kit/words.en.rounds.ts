/** English of what only the pages of rounds say. */
export const rounds: Record<string, string> = {
}
