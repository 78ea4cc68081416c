package survey

// SamplingDesign is how the targeted sample of a wave is drawn, frozen with the plan.
type SamplingDesign struct {
	FrameID    string `json:"frame_id"`
	FrameHash  string `json:"frame_hash"`
	Allocation string `json:"allocation" enum:"equal,proportional,neyman,power,optimum"`
}
