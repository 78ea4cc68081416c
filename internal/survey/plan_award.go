package survey

// AwardRules say before the wave how its results are used.
type AwardRules struct {
	Bonus []float64 `json:"bonus" doc:"yuan for the first, second and third"`
}
