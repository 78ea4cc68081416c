package region

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// shapeRow is the ground of an area for a span of time.
type shapeRow struct {
	Code      string      `db:"code"`
	ValidFrom clock.Time  `db:"valid_from"`
	ValidTo   *clock.Time `db:"valid_to"`
	Shape     string      `db:"shape"`
}

// Succession tells that ground passed from one area to another.
type Succession struct {
	From string     `json:"from" db:"from_code"`
	To   string     `json:"to" db:"to_code"`
	Kind string     `json:"kind" db:"kind" enum:"split,merge"`
	At   clock.Time `json:"at" db:"at"`
}

// Alias is a code that another system uses for one of our areas.
type Alias struct {
	Scheme    string     `json:"scheme" db:"scheme" doc:"Which system's code it is, such as police or 12345"`
	Alias     string     `json:"alias" db:"alias"`
	Code      string     `json:"code" db:"code"`
	CreatedAt clock.Time `json:"created_at" db:"created_at"`
}

const areaColumns = "code, name, level, parent_code, kind, class, households, valid_from, valid_to, version"

func revision(ctx context.Context, tx *db.Tx) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT revision FROM region_state WHERE id = 1")
}

func raiseRevision(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE region_state SET revision = revision + 1 WHERE id = 1")
	return err
}

// lockTree makes writers of the tree take turns on PostgreSQL; on SQLite they do anyhow.
func lockTree(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE region_state SET revision = revision WHERE id = 1")
	return err
}

func allAreas(ctx context.Context, tx *db.Tx) ([]Area, error) {
	return db.All[Area](ctx, tx, "SELECT "+areaColumns+" FROM area ORDER BY code")
}

func allShapes(ctx context.Context, tx *db.Tx) ([]shapeRow, error) {
	return db.All[shapeRow](ctx, tx, "SELECT code, valid_from, valid_to, shape FROM area_shape ORDER BY code, valid_from")
}

func livingShapes(ctx context.Context, tx *db.Tx) ([]shapeRow, error) {
	return db.All[shapeRow](ctx, tx, "SELECT code, valid_from, valid_to, shape FROM area_shape WHERE valid_to IS NULL ORDER BY code")
}

func allSuccessions(ctx context.Context, tx *db.Tx) ([]Succession, error) {
	return db.All[Succession](ctx, tx, "SELECT from_code, to_code, kind, at FROM area_succession ORDER BY at, from_code, to_code")
}

func allAliases(ctx context.Context, tx *db.Tx) ([]Alias, error) {
	return db.All[Alias](ctx, tx, "SELECT scheme, alias, code, created_at FROM area_alias ORDER BY scheme, alias")
}

func insertAreas(ctx context.Context, tx *db.Tx, areas []Area) error {
	return insertMany(ctx, tx, "INSERT INTO area ("+areaColumns+") VALUES ", len(areas), 10, func(i int) []any {
		a := &areas[i]
		return []any{a.Code, a.Name, a.Level, a.ParentCode, a.Kind, a.Class, a.Households, a.ValidFrom, a.ValidTo, a.Version}
	})
}

func insertShapes(ctx context.Context, tx *db.Tx, shapes []shapeRow) error {
	return insertMany(ctx, tx, "INSERT INTO area_shape (code, valid_from, shape) VALUES ", len(shapes), 3, func(i int) []any {
		s := &shapes[i]
		return []any{s.Code, s.ValidFrom, s.Shape}
	})
}

// insertHistory appends the present version of each area.
func insertHistory(ctx context.Context, tx *db.Tx, action string, areas []Area) error {
	actor := "anonymous"
	if p := auth.From(ctx); p != nil {
		actor = p.UserID
	}
	return insertMany(ctx, tx, "INSERT INTO area_history (code, version, at, action, actor_id, name, class, households) VALUES ",
		len(areas), 8, func(i int) []any {
			a := &areas[i]
			return []any{a.Code, a.Version, tx.Time(), action, actor, a.Name, a.Class, a.Households}
		})
}

func insertSuccession(ctx context.Context, tx *db.Tx, s Succession) error {
	_, err := tx.Exec(ctx, "INSERT INTO area_succession (from_code, to_code, kind, at) VALUES ($1, $2, $3, $4)", s.From, s.To, s.Kind, s.At)
	return err
}

// updateArea stores the fields that may change and returns false if another writer was faster.
func updateArea(ctx context.Context, tx *db.Tx, a *Area) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE area SET name = $1, class = $2, households = $3, valid_to = $4, version = version + 1
		WHERE code = $5 AND version = $6`, a.Name, a.Class, a.Households, a.ValidTo, a.Code, a.Version)
	a.Version++
	return n == 1, err
}

// endShape closes the living shape of an area. A shape that would have lived for no time is replaced instead.
func endShape(ctx context.Context, tx *db.Tx, code string, at clock.Time) error {
	if _, err := tx.Exec(ctx, "DELETE FROM area_shape WHERE code = $1 AND valid_from >= $2", code, at); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE area_shape SET valid_to = $1 WHERE code = $2 AND valid_to IS NULL", at, code)
	return err
}

// insertMany writes rows in statements of 128, 16 and 1 rows, so that few different texts are prepared.
func insertMany(ctx context.Context, tx *db.Tx, head string, rows, columns int, values func(i int) []any) error {
	args := make([]any, 0, 128*columns)
	for i := 0; i < rows; {
		n := 1
		for _, size := range []int{128, 16} {
			if rows-i >= size {
				n = size
				break
			}
		}
		args = args[:0]
		for k := range n {
			args = append(args, values(i+k)...)
		}
		if _, err := tx.Exec(ctx, head+placeholders(n, columns), args...); err != nil {
			return fmt.Errorf("%s… row %d: %w", head[:min(len(head), 30)], i+1, err)
		}
		i += n
	}
	return nil
}

func placeholders(rows, columns int) string {
	var b strings.Builder
	for n := range rows * columns {
		switch {
		case n == 0:
			b.WriteString("(")
		case n%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(n+1))
	}
	b.WriteString(")")
	return b.String()
}
