export const results: Record<string, string> = {
}
