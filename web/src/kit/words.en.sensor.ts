/** English of what only the pages of sensor say. */
export const sensor: Record<string, string> = {
}
