/** English of what only the pages of alarm say. */
export const alarm: Record<string, string> = {
}
