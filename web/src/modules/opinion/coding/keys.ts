/** The keys of the fields, in the order in which they are shown: nine digits, then letters of the row below. */
export const fieldKeys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', 'q', 'w', 'e', 'r'] as const
