export const integrity: Record<string, string> = {
}
