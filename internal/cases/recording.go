package cases

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Recording is what one person sent in a call about a case, as evidence of it. Whoever sees the case sees that it is there; its file
// opens where calls are kept, to who may look at recordings of that area and for a reason.
type Recording struct {
	ID        string      `db:"id" json:"id"`
	CaseID    string      `db:"case_id" json:"case_id"`
	CallID    string      `db:"call_id" json:"call_id"`
	Name      string      `db:"name" json:"name" doc:"Whose picture and voice"`
	BegunAt   clock.Time  `db:"begun_at" json:"begun_at"`
	LengthMs  int64       `db:"length_ms" json:"length_ms" doc:"0 where the server ended in between"`
	Bytes     int64       `db:"bytes" json:"bytes"`
	SHA256    string      `db:"sha256" json:"sha256"`
	At        clock.Time  `db:"at" json:"at"`
	ExpiresAt clock.Time  `db:"expires_at" json:"expires_at" doc:"Deleted then"`
	DeletedAt *clock.Time `db:"deleted_at" json:"deleted_at,omitempty"`
}

const recordingColumns = "id, case_id, call_id, name, begun_at, length_ms, bytes, sha256, at, expires_at, deleted_at"

// AddRecordingTx makes a recording that is kept evidence of its case, once, and writes note into the history of the case, or of the one
// it was merged into. It touches no clock. Callers act for the program.
func (s *Service) AddRecordingTx(ctx context.Context, tx *db.Tx, r Recording, note string) error {
	r.At = tx.Time()
	n, err := tx.Exec(ctx, "INSERT INTO case_recording ("+recordingColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
		r.ID, r.CaseID, r.CallID, r.Name, r.BegunAt, r.LengthMs, r.Bytes, r.SHA256, r.At, r.ExpiresAt, r.DeletedAt)
	if err != nil || n == 0 {
		return err
	}
	return s.SayOfCallTx(ctx, tx, r.CaseID, "call_recording", note, map[string]any{"call": r.CallID, "recording": r.ID})
}

// DropRecordingTx notes that the file of a recording was deleted; that there was one stays, with its hash. Callers act for the program.
func (s *Service) DropRecordingTx(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, "UPDATE case_recording SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL", tx.Time(), id)
	return err
}

// recordingsOf returns the recordings of a case and of the cases merged into it, oldest first.
func recordingsOf(ctx context.Context, tx *db.Tx, id string) ([]Recording, error) {
	return db.All[Recording](ctx, tx, "SELECT "+recordingColumns+` FROM case_recording
		WHERE case_id IN (SELECT id FROM case_file WHERE id = $1 UNION ALL SELECT id FROM case_file WHERE merged_into = $1 AND merged_into <> '') ORDER BY id`, id)
}
