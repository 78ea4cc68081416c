/** English of what only the pages of wall say. */
export const wall: Record<string, string> = {
}
