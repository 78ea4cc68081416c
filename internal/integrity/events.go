package integrity

// Topics in the outbox.
const (
	TopicChecked = "integrity.checked"
	TopicDecided = "integrity.decided"
)

// Event is the payload of both topics, keyed by wave id.
type Event struct {
	WaveID  string  `json:"wave_id"`
	Flagged int     `json:"flagged,omitempty"`
	Changed int     `json:"changed,omitempty"`
	Verdict Verdict `json:"verdict,omitempty"`
}
