package integrity

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
)

// readable returns a wave whose single answers the caller may see.
func (s *Service) readable(ctx context.Context, tx *db.Tx, waveID string) (*survey.Wave, error) {
	w, err := s.surveys.WaveTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	return w, auth.RequireArea(ctx, PermRead, w.Area)
}

// Overview is where the check of a wave stands.
type Overview struct {
	Check     *Check                `json:"check,omitempty" doc:"the last check; absent: there was none"`
	Stale     int                   `json:"stale" doc:"answers that came in since"`
	Open      int                   `json:"open" doc:"flagged answers nobody has decided on"`
	Kept      int                   `json:"kept"`
	SetAside  int                   `json:"set_aside"`
	Judgeable bool                  `json:"judgeable" doc:"the wave is in fieldwork or closed"`
	Rules     survey.IntegrityRules `json:"rules" doc:"the bounds of the plan"`
	Kinds     []Kind                `json:"kinds"`
}

// Overview returns the last check of a wave and what is left to decide. Needs PermRead in the wave's district.
func (s *Service) Overview(ctx context.Context, waveID string) (o *Overview, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		o, err = s.OverviewTx(ctx, tx, waveID)
		return err
	})
	return o, err
}

// OverviewTx is Overview inside the caller's transaction.
func (s *Service) OverviewTx(ctx context.Context, tx *db.Tx, waveID string) (*Overview, error) {
	w, err := s.readable(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	o := &Overview{Judgeable: w.State == survey.Fieldwork || w.State == survey.Closed, Rules: w.Plan.V.Integrity.WithDefaults(), Kinds: Kinds}
	if o.Check, err = lastCheck(ctx, tx, w.ID); err != nil {
		return nil, err
	}
	if o.Check != nil {
		o.Stale = max(0, w.Counts.Targeted+w.Counts.Online-o.Check.Summary.V.Answers)
	}
	type count struct {
		Verdict Verdict `db:"verdict"`
		N       int     `db:"n"`
	}
	counts, err := db.All[count](ctx, tx, "SELECT verdict, COUNT(*) AS n FROM integrity_mark WHERE wave_id = $1 GROUP BY verdict", w.ID)
	for _, c := range counts {
		switch c.Verdict {
		case Keep:
			o.Kept = c.N
		case SetAside:
			o.SetAside = c.N
		default:
			o.Open = c.N
		}
	}
	return o, err
}

// Row is one answer in the queue.
type Row struct {
	ID            string            `db:"response_id" json:"id"`
	Street        string            `db:"street" json:"street"`
	StreetName    string            `db:"-" json:"street_name"`
	Community     string            `db:"community" json:"community,omitempty"`
	CommunityName string            `db:"-" json:"community_name,omitempty"`
	Group         survey.Group      `db:"grp" json:"group"`
	Channel       survey.Channel    `db:"channel" json:"channel"`
	Flags         Flag              `db:"flags" json:"-"`
	Codes         []string          `db:"-" json:"flags"`
	Score         float64           `db:"score" json:"score"`
	Reasons       db.JSON[[]Reason] `db:"reasons" json:"reasons"`
	Verdict       Verdict           `db:"verdict" json:"verdict" enum:"open,keep,set_aside"`
}

const rowColumns = "response_id, street, community, grp, channel, flags, score, reasons, verdict"

// RowFilter narrows Rows; empty means any.
type RowFilter struct {
	Verdict Verdict
	Flag    string
	Street  string
	Channel survey.Channel
	Finding string // answers that a finding is about
}

// Rows lists flagged answers, those with the most grounds first, page by page. Needs PermRead in the wave's district.
func (s *Service) Rows(ctx context.Context, waveID string, f RowFilter, cursor string, limit int) (page httpx.Page[Row], err error) {
	after, err := httpx.DecodeCursor(cursor, 2)
	if err != nil {
		return page, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.readable(ctx, tx, waveID)
		if err != nil {
			return err
		}
		where, args, err := f.where(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM integrity_mark WHERE "+where, args...)
		if err != nil {
			return err
		}
		if after[1] != "" {
			score, err := strconv.ParseFloat(after[0], 64)
			if err != nil {
				return errs.Invalid("request.bad_cursor", "The cursor is not one that this list gave out; start from the first page.")
			}
			args = append(args, score, after[1])
			where += fmt.Sprintf(" AND (score < $%d OR (score = $%d AND response_id > $%d))", len(args)-1, len(args)-1, len(args))
		}
		args = append(args, limit+1)
		rows, err := db.All[Row](ctx, tx, "SELECT "+rowColumns+" FROM integrity_mark WHERE "+where+fmt.Sprintf(" ORDER BY score DESC, response_id LIMIT $%d", len(args)), args...)
		if err != nil {
			return err
		}
		page = httpx.Cut(rows, limit, total, func(r *Row) string {
			return httpx.EncodeCursor(strconv.FormatFloat(r.Score, 'g', -1, 64), r.ID)
		})
		return s.nameRows(ctx, tx, w, page.Items)
	})
	return page, err
}

func (f *RowFilter) where(ctx context.Context, tx *db.Tx, waveID string) (string, []any, error) {
	where, args := []string{"wave_id = $1"}, []any{waveID}
	add := func(format string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf(format, len(args)))
	}
	if f.Verdict != "" {
		add("verdict = $%d", f.Verdict)
	}
	if f.Street != "" {
		add("street = $%d", f.Street)
	}
	if f.Channel != "" {
		add("channel = $%d", f.Channel)
	}
	if f.Flag != "" {
		flag := flagByCode(f.Flag)
		if flag == 0 {
			return "", nil, errs.Invalid("integrity.bad_choice", "There is no such flag.", errs.Field{Location: "query.flag", Message: "unknown", Value: f.Flag})
		}
		add("(flags & $%d) <> 0", int(flag))
	}
	if f.Finding != "" {
		found, err := findFinding(ctx, tx, waveID, f.Finding)
		if err != nil {
			return "", nil, err
		}
		if len(found.Members.V) == 0 {
			where = append(where, "FALSE")
		} else {
			where = append(where, "response_id IN "+listOf(found.Members.V, &args))
		}
	}
	return strings.Join(where, " AND "), args, nil
}

func (s *Service) nameRows(ctx context.Context, tx *db.Tx, w *survey.Wave, rows []Row) error {
	names, err := s.names(ctx, tx, w.Area)
	for i := range rows {
		r := &rows[i]
		r.Codes = r.Flags.Codes()
		r.StreetName, r.CommunityName = nameOf(names, r.Street), nameOf(names, r.Community)
	}
	return err
}

func nameOf(names map[string]string, code string) string {
	if name := names[code]; name != "" {
		return name
	}
	return code
}

// FindingRow is a finding with its names and verdict.
type FindingRow struct {
	ID string `db:"id" json:"id"`
	Finding
	StreetName    string            `db:"-" json:"street_name,omitempty"`
	CommunityName string            `db:"-" json:"community_name,omitempty"`
	Members       db.JSON[[]string] `db:"members" json:"-"`
	Answers       int               `db:"-" json:"answers" doc:"answers that can be set aside with it; 0: it is about a community as a whole"`
	Verdict       Verdict           `db:"verdict" json:"verdict" enum:"open,keep,set_aside"`
}

// Findings lists the findings of the last check, the least likely first. Needs PermRead in the wave's district.
func (s *Service) Findings(ctx context.Context, waveID string) (list []FindingRow, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.readable(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if list, err = db.All[FindingRow](ctx, tx, "SELECT "+findingColumns+" FROM integrity_finding WHERE wave_id = $1 ORDER BY place LIMIT 1000", w.ID); err != nil {
			return err
		}
		names, err := s.names(ctx, tx, w.Area)
		for i := range list {
			f := &list[i]
			f.Answers = len(f.Members.V)
			f.StreetName, f.CommunityName = nameOf(names, f.Street), nameOf(names, f.Community)
		}
		return err
	})
	return list, err
}

// Decisions lists what was decided about a wave, newest first. Needs PermRead in the wave's district.
func (s *Service) Decisions(ctx context.Context, waveID string) (list []Decision, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.readable(ctx, tx, waveID)
		if err != nil {
			return err
		}
		list, err = db.All[Decision](ctx, tx, `SELECT id, subject, label, members, n, verdict, reason, actor, actor_name, at FROM integrity_decision
			WHERE wave_id = $1 ORDER BY id DESC LIMIT 500`, w.ID)
		return err
	})
	return list, err
}
