package opinion

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// streetDigits is the length of a street's area code.
const streetDigits = 9

// Count is how many comments of a wave stand in a state, and how many of them are in an item.
type Count struct {
	State  CommentState `db:"state"`
	N      int          `db:"n"`
	Merged int          `db:"merged"`
}

// CountTx counts the comments of a wave in these areas by state, whoever asks; nil areas mean everywhere, an empty list nowhere.
func (s *Service) CountTx(ctx context.Context, tx *db.Tx, waveID string, areas []string) ([]Count, error) {
	args := []any{waveID}
	return db.All[Count](ctx, tx, `SELECT state, COUNT(*) AS n, COUNT(*) FILTER (WHERE item_id <> '') AS merged
		FROM comment_code WHERE wave_id = $1 AND `+among(areas, &args)+` GROUP BY state`, args...)
}

// VoicesTx counts the comments of a wave in these areas that are open or confirmed, by "field" (the first one) or
// "street", whoever asks.
func (s *Service) VoicesTx(ctx context.Context, tx *db.Tx, waveID, by string, areas []string) (map[string]int, error) {
	args := []any{waveID}
	cond := among(areas, &args)
	key := "field"
	if by == "street" {
		key = fmt.Sprintf("SUBSTR(area_code, 1, %d)", streetDigits)
	}
	type row struct {
		Key string `db:"key"`
		N   int    `db:"n"`
	}
	out := map[string]int{}
	err := db.Each(ctx, tx, "SELECT "+key+` AS key, COUNT(*) AS n FROM comment_code
		WHERE wave_id = $1 AND state IN ('open', 'confirmed') AND `+cond+" GROUP BY "+key, args, func(r *row) error {
		out[r.Key] = r.N
		return nil
	})
	return out, err
}

func among(areas []string, args *[]any) string {
	if areas == nil {
		return "TRUE"
	}
	return auth.Within("area_code", areas, args)
}
