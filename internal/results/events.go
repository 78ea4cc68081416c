package results

// Topics in the outbox.
const (
	TopicSettled  = "results.settled"
	TopicAppealed = "results.appealed"
	TopicDecided  = "results.appeal_decided"
)

// Event is the payload of TopicSettled, keyed by settlement id.
type Event struct {
	SettlementID string `json:"settlement_id"`
	Area         string `json:"area"`
	Year         int    `json:"year"`
	Correction   bool   `json:"correction"`
}

// AppealEvent is the payload of the appeal topics, keyed by appeal id.
type AppealEvent struct {
	AppealID     string `json:"appeal_id"`
	SettlementID string `json:"settlement_id"`
	UnitID       string `json:"unit_id"`
	UnitName     string `json:"unit_name"`
	Area         string `json:"area"`
	Upheld       bool   `json:"upheld"`
}
