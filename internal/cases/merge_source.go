package cases

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// KeptTx returns the case, or the one it was merged into. Callers act for the program.
func (s *Service) KeptTx(ctx context.Context, tx *db.Tx, id string) (*Case, error) {
	c, err := keptCase(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return s.shown(c, tx), nil
}

// SayOfDeviceTx adds what a device reports to the open case of its matter. It touches no clock.
func (s *Service) SayOfDeviceTx(ctx context.Context, tx *db.Tx, c *Case, note string, detail map[string]any) error {
	return s.aside(ctx, tx, c, "alarm", clean(note), Jointly, detail)
}

// SayOfCallTx adds to a case, or to the one it was merged into, that people talked about it or that a recording of it is kept. It touches no
// clock. Callers act for the program.
func (s *Service) SayOfCallTx(ctx context.Context, tx *db.Tx, id, action, note string, detail map[string]any) error {
	c, err := keptCase(ctx, tx, id)
	if err != nil {
		return err
	}
	return s.aside(ctx, tx, c, action, clean(note), Jointly, detail)
}

// OfSource is a case as the system it came from wants to hear of it.
type OfSource struct {
	SourceNumber string      `db:"source_number"`
	Number       string      `db:"number"`
	State        State       `db:"state"`
	AreaName     string      `db:"area_name"`
	Category     string      `db:"category"`
	ReportedAt   clock.Time  `db:"reported_at"`
	AcceptedAt   *clock.Time `db:"accepted_at"`
	LeadName     string      `db:"lead_name"`
	PromisedAt   *clock.Time `db:"promised_at"`
	HandledAt    *clock.Time `db:"handled_at"`
	ClosedAt     *clock.Time `db:"closed_at"`
	Result       Result      `db:"result"`
	Reply        string      `db:"reply"`
	Satisfaction string      `db:"satisfaction"`
	MergedNumber string      `db:"merged_number"`

	CategoryName string `db:"-"`
	StateName    string `db:"-"`
}

// OfSourceTx hands the cases of a source that the caller sees to take, by when they changed since a time, oldest first, at
// most limit; a merged one with what became of the case that stands for it. Needs cases.read.
func (s *Service) OfSourceTx(ctx context.Context, tx *db.Tx, source string, since, until clock.Time, limit int, take func(*OfSource) error) error {
	if err := auth.Require(ctx, PermRead); err != nil {
		return err
	}
	var args []any
	cond := visible(ctx, &args)
	args = append(args, source, since, until, limit)
	n := len(args)
	return db.Each(ctx, tx, fmt.Sprintf(`SELECT c.source_number, c.number, c.area_name, c.category, c.reported_at,
			COALESCE(k.state, c.state) AS state, COALESCE(k.accepted_at, c.accepted_at) AS accepted_at, COALESCE(k.lead_name, c.lead_name) AS lead_name,
			COALESCE(k.promised_at, c.promised_at) AS promised_at, COALESCE(k.handled_at, c.handled_at) AS handled_at, COALESCE(k.closed_at, c.closed_at) AS closed_at,
			COALESCE(k.result, c.result) AS result, COALESCE(k.reply, c.reply) AS reply, COALESCE(k.satisfaction, c.satisfaction) AS satisfaction,
			COALESCE(k.number, '') AS merged_number
		FROM (SELECT * FROM case_file WHERE %s AND source = $%d AND source_number <> '') c
		LEFT JOIN case_file k ON k.id = c.merged_into AND c.merged_into <> ''
		WHERE COALESCE(k.changed_at, c.changed_at) >= $%d AND COALESCE(k.changed_at, c.changed_at) < $%d
		ORDER BY c.id LIMIT $%d`, cond, n-3, n-2, n-1, n), args, func(r *OfSource) error {
		if r.Category != "" {
			r.CategoryName = s.Duties.Catalog().Name(r.Category)
		}
		if st, ok := s.current.State(string(r.State)); ok {
			r.StateName = st.Name
		}
		return take(r)
	})
}
