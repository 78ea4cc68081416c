package app

// reactToCases says what follows from the life of a case: one function per concern, each registering its own reactions.
func (a *App) reactToCases() {
}
