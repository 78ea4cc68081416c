package tally

import (
	"context"
	"strconv"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// ChannelNames are the words for the channels.
var ChannelNames = map[cases.Channel]string{cases.FromOfficer: "网格员", cases.FromResident: "居民", cases.FromHotline: "12345", cases.FromLetter: "来信来访",
	cases.FromLeader: "领导批示", cases.FromDepartment: "部门移交", cases.FromDevice: "物联感知", cases.FromInspection: "督查巡查"}

// name gives every row the name people use.
func (s *Service) name(ctx context.Context, tx *db.Tx, t *Table, f Filter) error {
	for i := range t.Rows {
		r := &t.Rows[i]
		var err error
		switch t.By {
		case ByArea:
			r.Own = r.Key == f.Area
			r.Name, err = s.areaName(ctx, r.Key)
			if r.Own {
				r.Name += "（本级）"
			}
		case ByUnit:
			r.Name, err = s.unitName(ctx, tx, r.Key)
		case ByCategory:
			r.Name = s.Duties.Catalog().Name(r.Key)
		case ByChannel:
			r.Name = ChannelNames[cases.Channel(r.Key)]
		default:
			r.Name = r.Key
		}
		if err != nil {
			return err
		}
		if r.Name == "" {
			r.Name = "未定"
		}
	}
	return nil
}

func (s *Service) areaName(ctx context.Context, code string) (string, error) {
	a, err := s.Regions.Get(ctx, code)
	if errs.KindOf(err) == errs.KindNotFound {
		return code, nil
	} else if err != nil {
		return "", err
	}
	return region.PlaceName(a.Name), nil
}

func (s *Service) unitName(ctx context.Context, tx *db.Tx, id string) (string, error) {
	if id == "" {
		return "未派遣", nil
	}
	u, err := s.People.UnitTx(ctx, tx, id)
	if errs.KindOf(err) == errs.KindNotFound {
		return id, nil
	}
	if err == nil && u.Short != "" {
		return u.Short, nil
	}
	return u.Name, err
}

type end struct {
	key string
	at  clock.Time
}

// ends are the last instants of the days, weeks or months of a period that have begun, with their names; the last one may
// be cut short.
func ends(f Filter, by By, now clock.Time) []end {
	var out []end
	last := f.Until
	if now.Before(last.Time) {
		last = now
	}
	for day := midnight(f.Since.Time); day.Before(last.Time); day = day.AddDate(0, 0, 1) {
		next := clock.At(day.AddDate(0, 0, 1))
		if next.After(last.Time) {
			next = last
		}
		key := bucket(by, strconv.FormatInt((day.UnixMilli()+28800000)/86400000, 10))
		if n := len(out); n > 0 && out[n-1].key == key {
			out[n-1].at = next
			continue
		}
		out = append(out, end{key, next})
	}
	return out
}

func midnight(t time.Time) time.Time {
	y, m, d := t.In(clock.Nanjing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Nanjing)
}
