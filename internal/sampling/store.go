package sampling

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

const invitationColumns = `i.id, i.draw_id, i.wave_id, i.place, i.street, i.community, i.block, i.grp, i.weight, i.eligible, i.sheet, i.state,
	i.replaces, i.reason, i.spent_day, i.letters, i.frame_id, i.member`

func (s *Service) find(ctx context.Context, tx *db.Tx, id string) (*Invitation, error) {
	inv, err := db.Get[Invitation](ctx, tx, "SELECT "+invitationColumns+" FROM invitation i WHERE i.id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("sampling.invitation_not_found", "There is no such invitation.")
	}
	return &inv, err
}

// areaOf returns the district of a wave's sample, NotFound when nothing is drawn for it.
func (s *Service) areaOf(ctx context.Context, tx *db.Tx, waveID string) (string, error) {
	area, err := db.Get[string](ctx, tx, "SELECT area FROM sample_draw WHERE wave_id = $1 AND state <> 'abandoned'", waveID)
	if errors.Is(err, db.ErrNoRows) {
		return "", errs.NotFound("sampling.draw_not_found", "No sample is sealed or drawn for this wave.")
	}
	return area, err
}

// placeholders appends values to args and returns their $n, separated by commas.
func placeholders(args *[]any, values []string) string {
	marks := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, v)
		marks[i] = "$" + strconv.Itoa(len(*args))
	}
	return strings.Join(marks, ", ")
}

// perStatement bounds the rows of one INSERT.
const perStatement = 100

// insert stores n rows of the columns with as few statements as the engines' bounds allow; row appends the values of row i.
func insert(ctx context.Context, tx *db.Tx, table, columns string, n int, row func(i int, args []any) []any) error {
	width := strings.Count(columns, ",") + 1
	args := make([]any, 0, perStatement*width)
	full := ""
	for start := 0; start < n; start += perStatement {
		end := min(start+perStatement, n)
		args = args[:0]
		for i := start; i < end; i++ {
			args = row(i, args)
		}
		text := full
		if end-start < perStatement || text == "" {
			text = insertText(table, columns, end-start, width)
		}
		if end-start == perStatement {
			full = text
		}
		if _, err := tx.Exec(ctx, text, args...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
	}
	return nil
}

func insertText(table, columns string, rows, width int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + columns + ") VALUES ")
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteByte(')')
	return b.String()
}
