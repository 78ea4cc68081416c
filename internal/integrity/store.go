package integrity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

const checkColumns = "id, wave_id, seq, summary, digest, actor, created_at"

func nextSeq(ctx context.Context, tx *db.Tx, waveID string) (int, error) {
	return db.Get[int](ctx, tx, "SELECT COALESCE(MAX(seq), 0) + 1 FROM integrity_check WHERE wave_id = $1", waveID)
}

func insertCheck(ctx context.Context, tx *db.Tx, c *Check) error {
	_, err := tx.Exec(ctx, "INSERT INTO integrity_check ("+checkColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)",
		c.ID, c.WaveID, c.Seq, c.Summary, c.Digest, c.Actor, c.CreatedAt)
	return err
}

// lastCheck returns the last check of a wave, nil when there was none.
func lastCheck(ctx context.Context, tx *db.Tx, waveID string) (*Check, error) {
	c, err := db.Get[Check](ctx, tx, "SELECT "+checkColumns+" FROM integrity_check WHERE wave_id = $1 ORDER BY seq DESC LIMIT 1", waveID)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	return &c, err
}

// perStatement bounds the rows of one INSERT.
const perStatement = 100

// insertRows writes rows of width cells with as few statements as the engines allow.
func insertRows(ctx context.Context, tx *db.Tx, table, columns string, cells []any) error {
	width := strings.Count(columns, ",") + 1
	for start := 0; start < len(cells); start += width * perStatement {
		part := cells[start:min(start+width*perStatement, len(cells))]
		var b strings.Builder
		b.WriteString("INSERT INTO " + table + " (" + columns + ") VALUES ")
		for i := range part {
			switch {
			case i == 0:
				b.WriteString("($")
			case i%width == 0:
				b.WriteString("), ($")
			default:
				b.WriteString(", $")
			}
			b.WriteString(strconv.Itoa(i + 1))
		}
		b.WriteByte(')')
		if _, err := tx.Exec(ctx, b.String(), part...); err != nil {
			return fmt.Errorf("store %s: %w", table, err)
		}
	}
	return nil
}

// replaceMarks stores the evidence of the last check. Answers that were decided on stay listed even without a flag.
func replaceMarks(ctx context.Context, tx *db.Tx, waveID string, o *outcome, verdicts map[string]Verdict) error {
	if _, err := tx.Exec(ctx, "DELETE FROM integrity_mark WHERE wave_id = $1", waveID); err != nil {
		return err
	}
	var cells []any
	for i := range o.marks {
		m, a := &o.marks[i], &o.answers[i]
		verdict, decided := verdicts[m.ID]
		if m.Flags == 0 && !decided {
			continue
		}
		if !decided {
			verdict = Open
		}
		cells = append(cells, m.ID, waveID, a.Street, a.Community, a.Group, a.Channel, int(m.Flags), m.Score, db.JSON[[]Reason]{V: m.Reasons}, verdict)
	}
	return insertRows(ctx, tx, "integrity_mark", "response_id, wave_id, street, community, grp, channel, flags, score, reasons, verdict", cells)
}

func replaceFindings(ctx context.Context, tx *db.Tx, waveID string, list []Finding, verdicts map[string]Verdict) error {
	if _, err := tx.Exec(ctx, "DELETE FROM integrity_finding WHERE wave_id = $1", waveID); err != nil {
		return err
	}
	var cells []any
	for i := range list {
		f := &list[i]
		id := findingID(waveID, f.Key)
		verdict, decided := verdicts[id]
		if !decided {
			verdict = Open
		}
		if f.Members == nil {
			f.Members = []string{}
		}
		cells = append(cells, id, waveID, i, f.Key, f.Pattern, f.Channel, f.Street, f.Community, f.Day, f.N, f.Hits, f.Usual, f.P, f.Text,
			db.JSON[[]string]{V: f.Members}, verdict)
	}
	return insertRows(ctx, tx, "integrity_finding", "id, wave_id, place, key, pattern, channel, street, community, day, n, hits, usual, p, text, members, verdict", cells)
}

// findingID is the same in every check that finds the same thing, so that a decision stays with it.
func findingID(waveID, key string) string {
	sum := sha256.Sum256([]byte(waveID + "|" + key))
	return hex.EncodeToString(sum[:16])
}

// lastVerdicts returns the last verdict on every answer and finding of a wave.
func lastVerdicts(ctx context.Context, tx *db.Tx, waveID string) (map[string]Verdict, error) {
	type row struct {
		Subject string            `db:"subject"`
		Members db.JSON[[]string] `db:"members"`
		Verdict Verdict           `db:"verdict"`
	}
	out := map[string]Verdict{}
	err := db.Each(ctx, tx, "SELECT subject, members, verdict FROM integrity_decision WHERE wave_id = $1 ORDER BY id", []any{waveID}, func(r *row) error {
		if r.Subject != "" {
			out[r.Subject] = r.Verdict
		}
		for _, id := range r.Members.V {
			out[id] = r.Verdict
		}
		return nil
	})
	return out, err
}

const findingColumns = "id, key, pattern, channel, street, community, day, n, hits, usual, p, text, members, verdict"

func findFinding(ctx context.Context, tx *db.Tx, waveID, id string) (*FindingRow, error) {
	f, err := db.Get[FindingRow](ctx, tx, "SELECT "+findingColumns+" FROM integrity_finding WHERE wave_id = $1 AND id = $2", waveID, id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("integrity.finding_not_found", "There is no such finding in the last check.")
	}
	return &f, err
}

func insertDecision(ctx context.Context, tx *db.Tx, waveID string, d *Decision) error {
	_, err := tx.Exec(ctx, `INSERT INTO integrity_decision (id, wave_id, subject, label, members, n, verdict, reason, actor, actor_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		d.ID, waveID, d.Subject, d.Label, d.Members, d.N, d.Verdict, d.Reason, d.Actor, d.ActorName, d.At)
	return err
}
