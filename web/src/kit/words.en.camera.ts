/** English of what only the pages of camera say. */
export const camera: Record<string, string> = {
}
