export const form: Record<string, string> = {
}
