/** English of what only the pages of spoof say. */
export const spoof: Record<string, string> = {
}
