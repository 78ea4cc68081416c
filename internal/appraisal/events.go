package appraisal

// Topics in the outbox.
const (
	TopicScored    = "appraisal.scored"
	TopicPublished = "appraisal.published"
)

// Event is the payload of both topics, keyed by wave id.
type Event struct {
	WaveID string `json:"wave_id"`
	RunID  string `json:"run_id"`
}
