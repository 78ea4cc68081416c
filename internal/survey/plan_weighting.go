package survey

// Weighting is how answers are weighted up to the population, in the order of its steps.
type Weighting struct {
	Cluster string `json:"cluster,omitempty" enum:"community" doc:"first-stage unit of the sample; empty: respondents were drawn directly"`
}
