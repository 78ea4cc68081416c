package cases

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
)

// Open is what everybody may see of a case: no words of those who reported, no names, no notes of the administration.
type Open struct {
	ID           string      `db:"id"`
	Number       string      `db:"number"`
	State        State       `db:"state"`
	Channel      Channel     `db:"channel"`
	Title        string      `db:"title"`
	Body         string      `db:"body"` // for the source that sent it only
	Category     string      `db:"category"`
	AreaCode     string      `db:"area_code"`
	AreaName     string      `db:"area_name"`
	Address      string      `db:"address"`
	LatE7        *Degrees    `db:"lat"`
	LonE7        *Degrees    `db:"lon"`
	LeadName     string      `db:"lead_name"`
	Voices       int         `db:"voices"`
	Result       Result      `db:"result"`
	Reply        string      `db:"reply"`
	Source       string      `db:"source"`
	SourceNumber string      `db:"source_number"`
	MergedInto   string      `db:"merged_into"`
	PromisedAt   *clock.Time `db:"promised_at"`
	AcceptedAt   *clock.Time `db:"accepted_at"`
	ReportedAt   clock.Time  `db:"reported_at"`
	ClosedAt     *clock.Time `db:"closed_at"`
	EndedAt      *clock.Time `db:"ended_at"`
	ChangedAt    clock.Time  `db:"changed_at"`

	StateName string `db:"-"`
}

const openColumns = `id, number, state, channel, title, body, category, area_code, area_name, address, lat, lon, lead_name, voices, result, reply, source, source_number,
	merged_into, promised_at, accepted_at, reported_at, closed_at, ended_at, changed_at`

// Ended reports whether the administration is done with it.
func (o *Open) Ended() bool { return o.EndedAt != nil || o.State == Closed }

// OpenFilter narrows what everybody may see; empty fields do not.
type OpenFilter struct {
	Numbers      []string
	Categories   []string
	Area         string
	Since, Until *clock.Time // reported
	ChangedSince *clock.Time
	ChangedUntil *clock.Time
	Ended        *bool
	Source       string // its own reports also while they wait to be accepted
	Limit        int
	Offset       int       // by count: for the first pages only, each row before costs
	After        *OpenMark // by place: goes on behind it, however far that is
}

// OpenMark is a place in the order of OpenTx.
type OpenMark struct {
	ReportedAt clock.Time
	ID         string
}

// Mark is the place of a case in the order of OpenTx.
func (o *Open) Mark() OpenMark { return OpenMark{o.ReportedAt, o.ID} }

// notOpen are the states in which the public does not see a case: not yet accepted, refused, or not a case of its own.
var notOpen = []string{string(Reported), string(Inspecting), string(Rejected), string(Void), string(Merged)}

// OpenTx lists what everybody may see, newest first. Sensitive cases are never among it, nor are cases that have not been
// accepted, but for the source that sent them. Anyone may ask.
func (s *Service) OpenTx(ctx context.Context, tx *db.Tx, f OpenFilter) ([]Open, error) {
	var args []any
	seen := "state NOT " + in("", notOpen, &args)[1:]
	if f.Source != "" {
		args = append(args, f.Source)
		seen = fmt.Sprintf("(%s OR source = $%d)", seen, len(args))
	}
	where := []string{"NOT sensitive", "category <> ''", seen}
	add := func(format string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(format, len(args)))
	}
	if len(f.Numbers) > 0 {
		where = append(where, in("number", f.Numbers, &args))
	}
	if len(f.Categories) > 0 {
		where = append(where, in("category", f.Categories, &args))
	}
	if f.Area != "" {
		where = append(where, auth.Within("area_code", []string{f.Area}, &args))
	}
	for _, x := range []struct {
		cond string
		at   *clock.Time
	}{{"reported_at >= $%d", f.Since}, {"reported_at <= $%d", f.Until}, {"changed_at >= $%d", f.ChangedSince}, {"changed_at <= $%d", f.ChangedUntil}} {
		if x.at != nil {
			add(x.cond, *x.at)
		}
	}
	if f.Ended != nil {
		ended := "(ended_at IS NOT NULL OR state = 'closed')"
		if !*f.Ended {
			ended = "NOT " + ended
		}
		where = append(where, ended)
	}
	if f.After != nil {
		args = append(args, f.After.ReportedAt, f.After.ID)
		where = append(where, fmt.Sprintf("(reported_at, id) < ($%d, $%d)", len(args)-1, len(args)))
	}
	args = append(args, f.Limit, f.Offset)
	rows, err := db.All[Open](ctx, tx, fmt.Sprintf("SELECT %s FROM case_file WHERE %s ORDER BY reported_at DESC, id DESC LIMIT $%d OFFSET $%d",
		openColumns, strings.Join(where, " AND "), len(args)-1, len(args)), args...)
	for i := range rows {
		s.openly(&rows[i], f.Source)
	}
	return rows, err
}

// openly takes out what only the source of a report may read, and masks what people wrote once more.
func (s *Service) openly(o *Open, source string) {
	if st, ok := s.current.State(string(o.State)); ok {
		o.StateName = st.Name
	}
	if source == "" || o.Source != source {
		o.Body, o.Source, o.SourceNumber = "", "", ""
		o.Title = s.Duties.Catalog().Name(o.Category) // the title may be words of whoever reported
	}
	o.Title, o.Address, o.Reply = mask.Public(o.Title), mask.Public(o.Address), mask.Public(o.Reply)
	if !o.Ended() {
		o.Reply, o.Result = "", ""
	}
}

// OpenStep is a step in the life of a case that everybody may see.
type OpenStep struct {
	ID       string     `db:"id"`
	CaseID   string     `db:"case_id"`
	Number   string     `db:"number"`
	At       clock.Time `db:"at"`
	Action   string     `db:"action"`
	To       State      `db:"to_state"`
	Note     string     `db:"note"`
	Category string     `db:"category"`

	Visibility string `db:"visibility"`
	StateName  string `db:"-"`
}

// OpenStepsTx lists the steps between two times that changed the state of cases everybody may see, oldest first, with notes
// that were written for everybody; behind the step after, if one is named. Anyone may ask.
func (s *Service) OpenStepsTx(ctx context.Context, tx *db.Tx, since, until clock.Time, after, source string, limit int) ([]OpenStep, error) {
	args := []any{max(db.FirstID(since.Time), behind(after)), db.FirstID(until.Time)}
	seen := "c.state NOT " + in("", notOpen, &args)[1:]
	if source != "" {
		args = append(args, source)
		seen = fmt.Sprintf("(%s OR c.source = $%d)", seen, len(args))
	}
	args = append(args, limit)
	rows, err := db.All[OpenStep](ctx, tx, fmt.Sprintf(`SELECT h.id, h.case_id, c.number, c.category, h.at, h.action, h.to_state, h.note, h.visibility FROM case_history h
		JOIN case_file c ON c.id = h.case_id
		WHERE h.id >= $1 AND h.id < $2 AND (h.from_state <> h.to_state OR h.visibility = 'public') AND NOT c.sensitive AND c.category <> '' AND %s
		ORDER BY h.id LIMIT $%d`, seen, len(args)), args...)
	for i := range rows {
		r := &rows[i]
		if st, ok := s.current.State(string(r.To)); ok {
			r.StateName = st.Name
		}
		if r.Visibility != ForPublic {
			r.Note = ""
		}
		r.Note = mask.Public(r.Note)
	}
	return rows, err
}

// behind is the smallest text above an id.
func behind(id string) string {
	if id == "" {
		return ""
	}
	return id + "0"
}

// OpenPhotosTx returns the ids of the photos that everybody may see, by case, at most a few each.
func (s *Service) OpenPhotosTx(ctx context.Context, tx *db.Tx, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	if len(ids) == 0 {
		return out, nil
	}
	type row struct {
		ID     string `db:"id"`
		CaseID string `db:"case_id"`
	}
	var args []any
	among := in("e.case_id", ids, &args)
	rows, err := db.All[row](ctx, tx, "SELECT e.id, e.case_id FROM case_evidence e JOIN case_file c ON c.id = e.case_id WHERE "+openPhoto(&args)+" AND "+among+" ORDER BY e.id", args...)
	for _, r := range rows {
		if len(out[r.CaseID]) < 6 {
			out[r.CaseID] = append(out[r.CaseID], r.ID)
		}
	}
	return out, err
}

// openPhoto is the condition for photos e of cases c that everybody may see: opened by staff, of a case everybody may see,
// and of the result only once there is one.
func openPhoto(args *[]any) string {
	return "e.public AND NOT c.sensitive AND c.state NOT " + in("", notOpen, args)[1:] +
		" AND (e.phase IN ('report', 'before') OR e.phase = 'after' AND (c.ended_at IS NOT NULL OR c.state = 'closed'))"
}

// OpenPhoto opens a photo that everybody may see; NotFound for any other.
func (s *Service) OpenPhoto(ctx context.Context, photo string) (e Evidence, file io.ReadCloser, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		args := []any{photo}
		e, err = db.Get[Evidence](ctx, tx, "SELECT "+prefixed("e", evidenceColumns)+" FROM case_evidence e JOIN case_file c ON c.id = e.case_id WHERE e.id = $1 AND "+openPhoto(&args), args...)
		if errors.Is(err, db.ErrNoRows) {
			return notFound()
		}
		return err
	})
	if err != nil {
		return e, nil, err
	}
	file, err = s.Files.Open(ctx, e.Ref)
	return e, file, err
}

// prefixed names the columns of one table of a join.
func prefixed(table, columns string) string {
	names := strings.Split(columns, ",")
	for i, n := range names {
		names[i] = table + "." + strings.TrimSpace(n)
	}
	return strings.Join(slices.Clip(names), ", ")
}
