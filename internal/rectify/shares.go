package rectify

import (
	"cmp"
	"context"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Answers is the scored answers of a wave, from which shares of respondents are estimated (survey.Service); nil without any.
type Answers interface {
	NamedSampleTx(ctx context.Context, tx *db.Tx, waveID string, channel survey.Channel) (*survey.NamedSample, error)
}

// Weakness is a field, a unit or a street with the share of respondents who named it. Shares are weighted and per respondent: how
// loudly somebody complains does not count, nor how many comments came from where people answer more. The official estimate is
// that of the probability sample; the online sample is beside it.
type Weakness struct {
	Code   string        `json:"code"`
	Name   string        `json:"name"`
	Fields []string      `json:"fields" doc:"Named by the respondents counted here; all for a street"`
	Share  survey.Named  `json:"share"`
	Online *survey.Named `json:"online,omitempty" doc:"Of the online sample, which is no probability sample"`
	Apart  bool          `json:"apart" doc:"Its interval does not meet that of the next weaker one"`
}

// Weaknesses is a ranking from the weakest on with what it rests on.
type Weaknesses struct {
	WaveID   string     `json:"wave_id"`
	By       string     `json:"by" enum:"field,unit,street,community,group"`
	Area     string     `json:"area"`
	N        int        `json:"n" doc:"Respondents of the probability sample in the area"`
	OnlineN  int        `json:"online_n"`
	MinN     int        `json:"min_n" doc:"Cells with fewer respondents are not shown"`
	Level    float64    `json:"level" doc:"Confidence level of the intervals"`
	Items    []Weakness `json:"items"`
	Excluded int        `json:"suppressed" doc:"Cells that are not shown"`
}

// WeakQuery says what is compared: fields, units or streets (communities, groups) by any field or by one.
type WeakQuery struct {
	WaveID, By, Area, Field string
}

// Weakest estimates which fields, units or areas most respondents named, weakest first. Needs rectify.read in the area; without one it
// is the caller's own.
func (s *Service) Weakest(ctx context.Context, q WeakQuery) (w *Weaknesses, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if q.Area == "" && len(auth.From(ctx).Areas) > 0 {
		q.Area = auth.From(ctx).Areas[0]
	}
	if err := auth.RequireArea(ctx, PermRead, q.Area); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err = s.WeakestTx(ctx, tx, q)
		return err
	})
	return w, err
}

// WeakestTx is Weakest inside the caller's transaction and without its checks of rights: the caller decides who sees it.
func (s *Service) WeakestTx(ctx context.Context, tx *db.Tx, q WeakQuery) (*Weaknesses, error) {
	if _, err := s.opinions.WaveTx(ctx, tx, q.WaveID); err != nil {
		return nil, asField(err, "query.wave", q.WaveID)
	}
	w := &Weaknesses{WaveID: q.WaveID, By: q.By, Area: q.Area, Items: []Weakness{}}
	official, err := s.answers.NamedSampleTx(ctx, tx, q.WaveID, survey.Targeted)
	if err != nil || official == nil {
		return w, err
	}
	online, err := s.answers.NamedSampleTx(ctx, tx, q.WaveID, survey.Online)
	if err != nil {
		return nil, err
	}
	w.Level, w.MinN = official.Level(), official.Least()
	w.N, w.OnlineN = official.Inside(q.Area), online.Inside(q.Area)
	switch q.By {
	case "field":
		err = s.weakFields(w, official, online)
	case "unit":
		err = s.weakUnits(ctx, tx, w, official, online)
	case "street", "community", "group":
		err = s.weakAreas(ctx, tx, w, q, official, online)
	default:
		err = errs.Invalid("rectify.bad_summary", "Name the wave, and field, street or unit.", errs.Field{Location: "query.by", Message: "unknown", Value: q.By})
	}
	w.order()
	return w, err
}

func (s *Service) weakFields(w *Weaknesses, official, online *survey.NamedSample) error {
	for _, k := range s.catalog.Categories {
		if err := w.add(k.Code, k.Name, []string{k.Code}, official, online); err != nil {
			return err
		}
	}
	return nil
}

// weakUnits asks of every unit which share of the respondents named at least one of the fields it leads.
func (s *Service) weakUnits(ctx context.Context, tx *db.Tx, w *Weaknesses, official, online *survey.NamedSample) error {
	fields := map[string][]string{}
	var order []string
	for _, k := range s.catalog.Categories {
		if fields[k.Lead] == nil {
			order = append(order, k.Lead)
		}
		fields[k.Lead] = append(fields[k.Lead], k.Code)
	}
	for _, code := range order {
		name := "街道办事处" // led by the streets' own offices
		if code != streetOffice {
			u, err := s.directory.UnitFor(ctx, tx, code, w.Area)
			if errs.KindOf(err) == errs.KindNotFound {
				continue
			} else if err != nil {
				return err
			}
			name = u.Name
		}
		if err := w.add(code, name, fields[code], official, online); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) weakAreas(ctx context.Context, tx *db.Tx, w *Weaknesses, q WeakQuery, official, online *survey.NamedSample) error {
	var fields []string
	if q.Field != "" {
		fields = []string{q.Field}
	}
	by := survey.NamedBy(q.By)
	shares, err := official.Shares(fields, by, q.Area)
	if err != nil {
		return err
	}
	beside := map[string]survey.Named{}
	if online != nil {
		list, err := online.Shares(fields, by, q.Area)
		if err != nil {
			return err
		}
		for _, n := range list {
			beside[n.Domain] = n
		}
	}
	for _, n := range shares {
		line := Weakness{Code: n.Domain, Name: n.Domain, Fields: append([]string{}, fields...), Share: n}
		if o, ok := beside[n.Domain]; ok {
			line.Online = &o
		}
		if q.By != "group" {
			name, err := s.directory.AreaName(ctx, tx, n.Domain)
			if err != nil && errs.KindOf(err) != errs.KindNotFound {
				return err
			}
			line.Name = cmp.Or(name, n.Domain)
		}
		w.Items = append(w.Items, line)
	}
	return nil
}

// add estimates one line over the whole area.
func (w *Weaknesses) add(code, name string, fields []string, official, online *survey.NamedSample) error {
	line := Weakness{Code: code, Name: name, Fields: fields}
	shares, err := official.Shares(fields, survey.NamedTogether, w.Area)
	if err != nil || len(shares) == 0 {
		return err
	}
	line.Share = shares[0]
	if online != nil {
		beside, err := online.Shares(fields, survey.NamedTogether, w.Area)
		if err != nil {
			return err
		}
		if len(beside) > 0 {
			line.Online = &beside[0]
		}
	}
	w.Items = append(w.Items, line)
	return nil
}

// order puts the weakest first and what is suppressed last, and marks where an interval stands clear of the one before.
func (w *Weaknesses) order() {
	slices.SortStableFunc(w.Items, func(a, b Weakness) int {
		switch {
		case a.Share.Suppressed != b.Share.Suppressed:
			if a.Share.Suppressed {
				return 1
			}
			return -1
		case a.Share.Suppressed || *a.Share.Share == *b.Share.Share:
			return cmp.Compare(a.Code, b.Code)
		}
		return cmp.Compare(*b.Share.Share, *a.Share.Share)
	})
	for i := range w.Items {
		now := &w.Items[i]
		if now.Share.Suppressed {
			w.Excluded++
			continue
		}
		now.Apart = i > 0 && *now.Share.High < *w.Items[i-1].Share.Low
	}
}
