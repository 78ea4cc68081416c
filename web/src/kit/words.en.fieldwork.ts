export const fieldwork: Record<string, string> = {
}
