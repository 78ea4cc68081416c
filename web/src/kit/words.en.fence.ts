/** English of what only the pages of fence say. */
export const fence: Record<string, string> = {
}
