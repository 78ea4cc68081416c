package region

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/outbox"
)

// TopicChanged announces that areas were created, changed, ended or got other ground.
const TopicChanged = "region.changed"

// Changed is the payload of TopicChanged.
type Changed struct {
	Action string   `json:"action"` // import, geometry, load, change, split, merge, alias
	Codes  []string `json:"codes"`  // the first hundred
	Count  int      `json:"count"`
}

// Counts tells what a write did to areas.
type Counts struct {
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
}

// draft is a plot on its way into the tables, with what the source said about it.
type draft struct {
	Plot
	counted    bool // Households was given
	classified bool // Class was given
}

// stock is what the tables hold now, read inside the writing transaction.
type stock struct {
	areas  map[string]*Area
	shapes map[string]string     // living shapes by code, compact
	since  map[string]clock.Time // from when the living shape counts
}

// takeStock reads the tables for a write and holds off other writers until the end of the transaction: what is decided
// on the stock is still true when it is stored.
func takeStock(ctx context.Context, tx *db.Tx) (*stock, error) {
	if err := lockTree(ctx, tx); err != nil {
		return nil, err
	}
	areas, err := allAreas(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := livingShapes(ctx, tx)
	if err != nil {
		return nil, err
	}
	st := &stock{areas: make(map[string]*Area, len(areas)), shapes: make(map[string]string, len(rows)), since: make(map[string]clock.Time, len(rows))}
	for i := range areas {
		st.areas[areas[i].Code] = &areas[i]
	}
	for _, r := range rows {
		st.shapes[r.Code], st.since[r.Code] = r.Shape, r.ValidFrom
	}
	return st, nil
}

// living reports whether the area exists and has not ended.
func (st *stock) living(code string) bool {
	a, ok := st.areas[code]
	return ok && a.ValidTo == nil
}

// batch is the difference between drafts and stock.
type batch struct {
	Counts
	insert  []Area
	update  []Area
	replace []shapeRow // ground of areas that had other ground
	shapes  []shapeRow // ground of areas that had none
	codes   []string   // what is created or changed
}

// plan compares drafts with the stock. New areas, and first ground, count from since on; ground that replaces other
// ground counts from now on. Whatever changes an area raises its version.
func (st *stock) plan(drafts []draft, since, now clock.Time) *batch {
	b := &batch{}
	for i := range drafts {
		d := &drafts[i]
		old, exists := st.areas[d.Code]
		if !exists {
			level, kind, _ := LevelOf(d.Code) // drafts are validated by who makes them
			b.insert = append(b.insert, Area{Code: d.Code, Name: d.Name, Level: level, ParentCode: ParentOf(d.Code), Kind: kind,
				Class: d.Class, Households: d.Households, ValidFrom: since, Version: 1})
			b.ground(st, d, since, now)
			b.Created++
			b.codes = append(b.codes, d.Code)
			continue
		}
		a := d.onto(old)
		if !b.ground(st, d, a.ValidFrom, now) && a == *old {
			b.Unchanged++
			continue
		}
		b.update = append(b.update, a)
		b.Updated++
		b.codes = append(b.codes, d.Code)
	}
	return b
}

// onto returns the area as it is after the draft; what the source did not say stays.
func (d *draft) onto(old *Area) Area {
	a := *old
	a.Name = d.Name
	if d.counted {
		a.Households = d.Households
	}
	if d.classified {
		a.Class = d.Class
	}
	return a
}

// ground plans the shape of a draft and reports whether it is new.
func (b *batch) ground(st *stock, d *draft, since, now clock.Time) bool {
	if d.Shape == nil {
		return false
	}
	text := d.Shape.Compact()
	switch old, had := st.shapes[d.Code]; {
	case !had:
		b.shapes = append(b.shapes, shapeRow{Code: d.Code, ValidFrom: since, Shape: text})
	case old != text:
		b.replace = append(b.replace, shapeRow{Code: d.Code, ValidFrom: now, Shape: text})
	default:
		return false
	}
	return true
}

// store writes a batch with its history, audit entry and event. Nothing is written when nothing differs.
func (s *Service) store(ctx context.Context, tx *db.Tx, action string, b *batch) error {
	if len(b.codes) == 0 {
		return nil
	}
	for i := range b.update {
		ok, err := updateArea(ctx, tx, &b.update[i])
		if err != nil {
			return err
		}
		if !ok {
			return errs.Conflict("region.version", "Somebody changed this area first; load it again.")
		}
	}
	for _, r := range b.replace {
		if err := endShape(ctx, tx, r.Code, r.ValidFrom); err != nil {
			return err
		}
	}
	if err := insertAreas(ctx, tx, b.insert); err != nil {
		return err
	}
	if err := insertShapes(ctx, tx, append(b.shapes, b.replace...)); err != nil {
		return err
	}
	if err := insertHistory(ctx, tx, action, append(b.insert, b.update...)); err != nil {
		return err
	}
	return s.finish(ctx, tx, action, b.codes, b.Counts)
}

// finish ends every write: audit entry, event, revision.
func (s *Service) finish(ctx context.Context, tx *db.Tx, action string, codes []string, detail any) error {
	event := Changed{Action: action, Codes: codes[:min(len(codes), 100)], Count: len(codes)}
	entry := audit.Entry{Action: "region." + action, Object: "area", ObjectID: codes[0], Area: enclosing(codes), Detail: detail}
	if err := audit.Log(ctx, tx, entry); err != nil {
		return err
	}
	if err := outbox.Emit(ctx, tx, TopicChanged, codes[0], event); err != nil {
		return err
	}
	return s.changed(ctx, tx)
}

// enclosing returns the smallest area code around all codes.
func enclosing(codes []string) string {
	lo, hi := slices.Min(codes), slices.Max(codes)
	n := 0
	for n < len(lo) && n < len(hi) && lo[n] == hi[n] {
		n++
	}
	for ; n > 0; n-- {
		if _, _, err := LevelOf(lo[:n]); err == nil {
			return lo[:n]
		}
	}
	return ""
}

// SaveTx brings many areas with their ground in one go: the demonstration loader and tests. Plots replace names,
// classes, households and ground of areas that exist and create the others as having existed since the given time
// (zero: always). Parents may be in the same call. It checks codes, parents and each shape, not whether siblings
// overlap. Needs region.manage for each area. The error names the first plot that cannot be taken.
func (s *Service) SaveTx(ctx context.Context, tx *db.Tx, plots []Plot, since time.Time) (Counts, error) {
	st, err := takeStock(ctx, tx)
	if err != nil {
		return Counts{}, err
	}
	if since.IsZero() {
		since = always.Time
	}
	coming := make(map[string]bool, len(plots))
	for i := range plots {
		coming[plots[i].Code] = true
	}
	drafts := make([]draft, 0, len(plots))
	for i := range plots {
		p := &plots[i]
		if err := auth.RequireArea(ctx, PermManage, p.Code); err != nil {
			return Counts{}, err
		}
		if err := p.sound(func(parent string) bool { return coming[parent] || st.living(parent) }); err != nil {
			return Counts{}, err
		}
		_, kind, _ := LevelOf(p.Code)
		drafts = append(drafts, draft{*p, kind != "", kind == Dedicated})
	}
	b := st.plan(drafts, clock.At(since), tx.Time())
	return b.Counts, s.store(ctx, tx, "load", b)
}

// sound checks a plot that does not come from a table: fields, parent and ground.
func (p *Plot) sound(exists func(code string) bool) error {
	if field, reason := p.Validate(); field != "" {
		return errs.Invalid("region.bad_area", fmt.Sprintf("Area %.20q cannot be stored.", p.Code),
			errs.Field{Location: field, Message: reason, Value: p.Code})
	}
	if parent := ParentOf(p.Code); needsParent(p.Code) && !exists(parent) {
		return errs.Invalid("region.no_parent", fmt.Sprintf("Area %s has no parent %s.", p.Code, parent))
	}
	if p.Shape == nil {
		return nil
	}
	if d := geo.Check(p.Shape); d != nil {
		return badShape(p.Code, d)
	}
	return nil
}

func badShape(code string, d *geo.Defect) error {
	return errs.Invalid("region.bad_shape", fmt.Sprintf("The ground of %s is not valid: %v.", code, d),
		errs.Field{Location: "geometry", Message: remedies[d.Kind], Value: d.At.String()})
}
