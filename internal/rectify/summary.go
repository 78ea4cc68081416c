package rectify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Line is one row of a summary by field, street, lead unit or place. Items = waiting + passed + doing + overdue; each number is the
// length of the list that its set names.
type Line struct {
	Code      string `json:"code" doc:"Field, street, id of the unit, or area and place divided by |"`
	Name      string `json:"name"`
	Voices    int    `json:"voices" doc:"Comments open or confirmed, under their first field; by unit, place and on a list, those merged into its items"`
	Items     int    `json:"items"`
	Waiting   int    `json:"waiting" doc:"Not issued yet (set awaiting)"`
	Passed    int    `json:"passed" doc:"Verified, told or published (set passed)"`
	Doing     int    `json:"doing" doc:"Issued and neither passed nor overdue (set underway)"`
	Overdue   int    `json:"overdue" doc:"(set overdue)"`
	Reworked  int    `json:"reworked"`
	Recurring int    `json:"recurring"`
}

// underway are the items with somebody who still has time, suspended ones included.
const underway = issuedItems + " AND NOT (" + verifiedItems + ") AND NOT " + overdueNow

// SummaryQuery says what is counted: items of a wave by "field", "street", "unit" or "place", of one list or area if named.
type SummaryQuery struct {
	WaveID, By, ListID, Area string
}

// maxLines bounds a summary by place; the largest places come first.
const maxLines = 200

var summaryKeys = map[string]string{"field": "field", "street": "street", "unit": "lead_unit", "place": "area_code || '|' || place"}

// Summary counts items, most first. Needs rectify.read; the caller's own scope applies.
func (s *Service) Summary(ctx context.Context, q SummaryQuery) (out []Line, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	key, ok := summaryKeys[q.By]
	if !ok || q.WaveID == "" {
		return nil, errs.Invalid("rectify.bad_summary", "Name the wave, and field, street, unit or place.", errs.Field{Location: "query.by", Message: "unknown", Value: q.By})
	}
	lines := map[string]*Line{}
	wave := q.ListID == "" && q.Area == ""
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := s.summarise(ctx, tx, q, key, lines); err != nil {
			return err
		}
		if wave && (q.By == "field" || q.By == "street") {
			if err := s.summariseVoices(ctx, tx, q.WaveID, q.By, lines); err != nil {
				return err
			}
		}
		return s.nameLines(ctx, tx, q.By, lines)
	})
	if q.By == "field" && wave {
		s.everyField(lines)
	}
	out = []Line{}
	for _, l := range lines {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b Line) int { return cmp.Or(b.Items-a.Items, strings.Compare(a.Code, b.Code)) })
	return out[:min(len(out), maxLines)], err
}

// everyField adds the fields nobody spoke of and takes out what is none.
func (s *Service) everyField(lines map[string]*Line) {
	for _, k := range s.catalog.Categories {
		if lines[k.Code] == nil {
			lines[k.Code] = &Line{Code: k.Code, Name: k.Name}
		}
	}
	for _, none := range []string{"", opinion.FieldNone, opinion.FieldPraise} {
		delete(lines, none)
	}
}

func (s *Service) summarise(ctx context.Context, tx *db.Tx, q SummaryQuery, key string, lines map[string]*Line) error {
	where, args := Filter{WaveID: q.WaveID, ListID: q.ListID, Area: q.Area}.where(ctx, tx)
	args = append(args, tx.Time())
	late := strings.ReplaceAll(overdueNow, "$now", fmt.Sprintf("$%d", len(args)))
	type row struct {
		Line
		Key  string `db:"key"`
		Area string `db:"area"`
	}
	return db.Each(ctx, tx, "SELECT "+key+` AS key, MAX(lead_name) AS name, MAX(area_name) AS area, COALESCE(SUM(voices), 0) AS voices, COUNT(*) AS items,
			COUNT(*) FILTER (WHERE issued_at IS NULL) AS waiting,
			COUNT(*) FILTER (WHERE issued_at IS NOT NULL AND `+verifiedItems+`) AS passed,
			COUNT(*) FILTER (WHERE `+late+`) AS overdue,
			COUNT(*) FILTER (WHERE reworks > 0) AS reworked,
			COUNT(*) FILTER (WHERE recurs_of <> '') AS recurring
		FROM item WHERE state <> 'withdrawn' AND `+where+" GROUP BY "+key, args, func(r *row) error {
		r.Code = r.Key
		r.Doing = r.Items - r.Waiting - r.Passed - r.Overdue
		if q.By == "place" {
			_, place, _ := strings.Cut(r.Key, "|")
			r.Name = strings.TrimSpace(r.Area + " " + place)
		}
		lines[r.Key] = &r.Line
		return nil
	})
}

// summariseVoices replaces the merged voices by all comments of the field or street that stay in the list.
func (s *Service) summariseVoices(ctx context.Context, tx *db.Tx, waveID, by string, lines map[string]*Line) error {
	for _, l := range lines {
		l.Voices = 0
	}
	voices, err := s.opinions.VoicesTx(ctx, tx, waveID, by, whole(ctx))
	for key, n := range voices {
		if lines[key] == nil {
			lines[key] = &Line{Code: key}
		}
		lines[key].Voices = n
	}
	return err
}

func (s *Service) nameLines(ctx context.Context, tx *db.Tx, by string, lines map[string]*Line) error {
	for code, l := range lines {
		switch by {
		case "field":
			l.Name = s.catalog.Name(code)
		case "street":
			name, err := s.directory.AreaName(ctx, tx, code)
			if err != nil && errs.KindOf(err) != errs.KindNotFound {
				return err
			}
			l.Name = cmp.Or(name, code)
		}
	}
	return nil
}
