package survey

// Topics in the outbox.
const (
	TopicAdvanced = "survey.wave_advanced"
	TopicImported = "survey.imported"
)

// Advanced is the payload of TopicAdvanced, keyed by wave id.
type Advanced struct {
	WaveID string `json:"wave_id"`
	From   State  `json:"from"`
	To     State  `json:"to"`
}

// Imported is the payload of TopicImported, keyed by wave id: answers arrived. ImportID is empty for bulk loading.
type Imported struct {
	WaveID    string `json:"wave_id"`
	ImportID  string `json:"import_id,omitempty"`
	Responses int    `json:"responses"`
	Comments  int    `json:"comments"`
}
