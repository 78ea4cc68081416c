package survey

// IntegrityRules are the bounds beyond which an answer or a community's day is flagged.
type IntegrityRules struct {
	Speed float64 `json:"speed" doc:"median time ÷ own time above which an answer is too fast (Leiner 2019: 2.0, strict 1.75)"`
}
