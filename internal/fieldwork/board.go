package fieldwork

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// Board is how far the collection of a wave has come. A street sees its own cells, small ones hidden; who works for the whole district
// sees everything.
type Board struct {
	Wave      WaveView     `json:"wave"`
	State     survey.State `json:"state"`
	StartsAt  *clock.Time  `json:"starts_at,omitempty"`
	At        clock.Time   `json:"at" doc:"when the numbers were read"`
	District  bool         `json:"district" doc:"the caller sees the whole district"`
	Cells     []BoardCell  `json:"cells"`
	Modes     []ModeCount  `json:"modes,omitempty"`
	Days      []DayCount   `json:"days,omitempty"`
	Waiting   int          `json:"waiting" doc:"comments that have not been taken over yet"`
	MinCell   int          `json:"min_cell" doc:"cells below this are hidden from streets"`
	Invited   bool         `json:"invited" doc:"a sample was drawn; targets are invitations"`
	Quotas    []QuotaCount `json:"quotas,omitempty" doc:"of the plan, for who sees the whole district"`
	Assigned  int          `json:"assigned"`
	Untouched int          `json:"untouched" doc:"assigned and never tried"`
}

// BoardCell is one street × group × channel.
type BoardCell struct {
	Street     string         `json:"street"`
	StreetName string         `json:"street_name"`
	Group      survey.Group   `json:"group"`
	Channel    survey.Channel `json:"channel"`
	N          *int           `json:"n" doc:"answers; absent where hidden"`
	Target     int            `json:"target,omitempty" doc:"invitations to be answered"`
	Quota      *int           `json:"quota,omitempty" doc:"most answers of a quota of exactly this cell"`
}

// QuotaCount is a quota of the plan and how much of it is filled.
type QuotaCount struct {
	survey.Quota
	N int `json:"n"`
}

// ModeCount is how many answers came by a mode.
type ModeCount struct {
	Channel survey.Channel `json:"channel"`
	Mode    survey.Mode    `json:"mode"`
	N       int            `json:"n"`
}

// DayCount is how many answers came on a day.
type DayCount struct {
	Day      clock.Time `json:"day"`
	Targeted int        `json:"targeted"`
	Online   int        `json:"online"`
}

// Board returns the progress of a wave. Needs PermRead; NotFound for a wave of another district.
func (s *Service) Board(ctx context.Context, waveID string) (b *Board, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		b = &Board{Wave: WaveView{ID: w.ID, Code: w.Code, Name: w.Name, EndsAt: w.EndsAt}, State: w.State, StartsAt: w.StartsAt, At: tx.Time(),
			District: auth.From(ctx).Covers(w.Area), MinCell: w.Plan.V.MinCellN}
		return s.fill(ctx, tx, w, b)
	})
	return b, err
}

func (s *Service) fill(ctx context.Context, tx *db.Tx, w *survey.Wave, b *Board) error {
	tally, err := s.surveys.TallyTx(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	invited, err := s.samples.CountsTx(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	b.Invited = len(invited) > 0
	if err := s.cells(ctx, w, b, tally, invited); err != nil || !b.District {
		return err
	}
	b.Modes, b.Quotas = modesOf(tally), quotasOf(w, tally)
	err = s.surveys.DaysTx(ctx, tx, w.ID, func(day clock.Time, targeted, online int) { b.Days = append(b.Days, DayCount{day, targeted, online}) })
	if err != nil {
		return err
	}
	if b.Waiting, err = s.surveys.PooledTx(ctx, tx, w.ID); err != nil {
		return err
	}
	counts, err := db.Get[assignedRow](ctx, tx, `SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN attempts = 0 AND NOT closed THEN 1 ELSE 0 END), 0) AS untouched
		FROM fieldwork_assignment WHERE wave_id = $1`, w.ID)
	b.Assigned, b.Untouched = counts.N, counts.Untouched
	return err
}

type assignedRow struct {
	N         int `db:"n"`
	Untouched int `db:"untouched"`
}

// cells lists every cell of the plan inside the caller's areas.
func (s *Service) cells(ctx context.Context, w *survey.Wave, b *Board, tally []survey.Tally, invited []sampling.StateCount) error {
	n, target := map[survey.Cell]int{}, map[survey.Cell]int{}
	for _, t := range tally {
		if !t.Pilot {
			n[survey.Cell{Street: t.Street, Group: t.Group, Channel: t.Channel}] += t.N
		}
	}
	for _, c := range invited {
		if c.State == sampling.Open || c.State == sampling.Spent {
			target[survey.Cell{Street: c.Street, Group: c.Group, Channel: survey.Targeted}] += c.N
		}
	}
	b.Cells = []BoardCell{}
	for _, street := range w.Plan.V.Streets() {
		if !auth.From(ctx).Covers(street) {
			continue
		}
		place, err := s.place(ctx, street)
		if err != nil {
			return err
		}
		for _, g := range survey.Groups {
			if w.Plan.V.Population(street, g) == 0 {
				continue
			}
			for _, channel := range survey.Channels {
				at := survey.Cell{Street: street, Group: g, Channel: channel}
				cell := BoardCell{Street: street, StreetName: place.Name, Group: g, Channel: channel, Target: target[at], Quota: quotaOf(w, at)}
				if count := n[at]; b.District || count >= b.MinCell {
					cell.N = &count
				}
				b.Cells = append(b.Cells, cell)
			}
		}
	}
	return nil
}

// quotaOf returns the quota of exactly this cell.
func quotaOf(w *survey.Wave, c survey.Cell) *int {
	for _, q := range w.Plan.V.Quotas {
		if q.Street == c.Street && q.Group == c.Group && q.Channel == c.Channel {
			return &q.Most
		}
	}
	return nil
}

func quotasOf(w *survey.Wave, tally []survey.Tally) (out []QuotaCount) {
	for _, q := range w.Plan.V.Quotas {
		count := QuotaCount{Quota: q}
		for _, t := range tally {
			if !t.Pilot && q.Covers(t.Cell) {
				count.N += t.N
			}
		}
		out = append(out, count)
	}
	return out
}

func modesOf(tally []survey.Tally) []ModeCount {
	sums := map[ModeCount]int{}
	for _, t := range tally {
		if !t.Pilot {
			sums[ModeCount{Channel: t.Channel, Mode: t.Mode}] += t.N
		}
	}
	out := []ModeCount{}
	for m, n := range sums {
		m.N = n
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b ModeCount) int {
		return strings.Compare(string(b.Channel+"|")+string(b.Mode), string(a.Channel+"|")+string(a.Mode))
	})
	return out
}
