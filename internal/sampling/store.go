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
	i.replaces, i.reason, i.letters, i.frame_id, i.member`

func (s *Service) find(ctx context.Context, tx *db.Tx, id string) (*Invitation, error) {
	inv, err := db.Get[Invitation](ctx, tx, "SELECT "+invitationColumns+" FROM invitation i WHERE i.id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("sampling.invitation_not_found", "There is no such invitation.")
	}
	return &inv, err
}

const frameColumns = "id, area, kind, name, source, state, members, blocks, hash, note, created_by, created_at, closed_at, version"

func findFrame(ctx context.Context, tx *db.Tx, id string) (*Frame, error) {
	f, err := db.Get[Frame](ctx, tx, "SELECT "+frameColumns+" FROM sampling_frame WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("sampling.frame_not_found", "There is no such frame.")
	}
	return &f, err
}

const blockColumns = "frame_id, code, street, community, size, elders, adults, hash, member_keys, members"

func insertFrame(ctx context.Context, tx *db.Tx, f *Frame, blocks []block) error {
	_, err := tx.Exec(ctx, "INSERT INTO sampling_frame ("+frameColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		f.ID, f.Area, f.Kind, f.Name, f.Source, f.State, f.Members, f.Blocks, f.Hash, f.Note, f.CreatedBy, f.CreatedAt, f.ClosedAt, f.Version)
	if err != nil {
		return err
	}
	return insert(ctx, tx, "frame_block", blockColumns, len(blocks), func(i int, args []any) []any {
		b := &blocks[i]
		return append(args, f.ID, b.Code, b.Street, b.Community, b.Size, b.Elders, b.Adults, b.Hash, b.Keys, b.Sealed)
	})
}

// readBlocks reads a frame for a draw, in the order of the codes, and proves that it is what its hash says.
func (s *Service) readBlocks(ctx context.Context, tx *db.Tx, f *Frame) ([]block, error) {
	blocks, err := db.All[block](ctx, tx, "SELECT "+blockColumns+" FROM frame_block WHERE frame_id = $1 ORDER BY code", f.ID)
	if err != nil {
		return nil, err
	}
	for i := range blocks {
		if err := blocks[i].unpack(s.box); err != nil {
			return nil, errs.Conflict("sampling.frame_altered", "The frame was altered after it was closed: "+err.Error()+".")
		}
	}
	if frameHash(f, blocks) != f.Hash {
		return nil, errs.Conflict("sampling.frame_altered", "The frame was altered after it was closed: its hash is another one.")
	}
	return blocks, nil
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
