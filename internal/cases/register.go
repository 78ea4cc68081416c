package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/region"
	"yiwang/internal/workflow"
)

// Report is a case as it comes in.
type Report struct {
	Channel      Channel      `json:"channel" enum:"officer,resident,hotline,letter,leader,department,device,inspection"`
	Source       string       `json:"source,omitempty" maxLength:"40" doc:"System it comes from"`
	SourceNumber string       `json:"source_number,omitempty" maxLength:"60" doc:"Its number there; the same source and number again is a Conflict"`
	Title        string       `json:"title,omitempty" maxLength:"240" doc:"Made from category and address if absent"`
	Text         string       `json:"text" minLength:"1" maxLength:"16000"`
	Category     string       `json:"category,omitempty" maxLength:"10"`
	Component    string       `json:"component,omitempty" maxLength:"10"`
	Urgent       bool         `json:"urgent,omitempty"`
	Lat          *float64     `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon          *float64     `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	AreaCode     string       `json:"area_code,omitempty" maxLength:"20" doc:"Where the position is not known"`
	Address      string       `json:"address,omitempty" maxLength:"400"`
	Reporter     *NewReporter `json:"reporter,omitempty"`
	Photos       []string     `json:"photos,omitempty" maxItems:"9" doc:"References of photos uploaded before"`
	RecursOf     string       `json:"recurs_of,omitempty" maxLength:"60" doc:"Closed case of the same matter"`
	File         bool         `json:"file,omitempty" doc:"Accept and file at once; needs cases.accept and a category"`
	ReportedAt   *clock.Time  `json:"-"` // imports: when it was brought up there
}

// NewReporter is who brings a case up. Name and telephone are sealed at once.
type NewReporter struct {
	Name       string `json:"name,omitempty" maxLength:"60"`
	Phone      string `json:"phone,omitempty" maxLength:"30"`
	Anonymous  bool   `json:"anonymous,omitempty"`
	WantsReply bool   `json:"wants_reply,omitempty"`
}

// Register takes a case in. It needs cases.report, and cases.accept as well to file at once. The place decides the grid; a
// case of a place outside every area, or of an area outside the caller's, is Invalid or Forbidden. Texts are masked.
func (s *Service) Register(ctx context.Context, n Report) (c *Case, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		c, err = s.RegisterTx(ctx, tx, n)
		return err
	})
	return c, err
}

// RegisterTx is Register inside the caller's transaction.
func (s *Service) RegisterTx(ctx context.Context, tx *db.Tx, n Report) (*Case, error) {
	if err := auth.Require(ctx, PermReport); err != nil {
		return nil, err
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	c, err := s.draft(ctx, tx, &n)
	if err != nil {
		return nil, err
	}
	if p := auth.From(ctx); !p.System && !p.Covers(c.AreaCode) {
		return nil, errs.Forbidden("auth.outside_area", "This lies outside your area.")
	}
	if err := s.once(ctx, tx, &n); err != nil {
		return nil, err
	}
	t := &step{def: s.current, action: workflow.Action{Code: "report", To: string(Reported)}, c: c, m: &Move{}, seen: ForReporter, detail: map[string]any{"channel": c.Channel}}
	st, _ := s.current.State(string(c.State))
	if err := s.hand(ctx, tx, st, c); err != nil {
		return nil, err
	}
	c.Stage = st.Stage
	first, err := s.nextClock(ctx, tx, c, st)
	if err != nil {
		return nil, err
	}
	if c.Number, err = nextNumber(ctx, tx, c); err != nil { // late, because others of the street wait from here to the commit
		return nil, err
	}
	b := &birth{s: s, report: n, step: t, clock: first}
	if n.File && len(n.Photos) == 0 { // photos hang on the row
		return s.fileAtOnce(ctx, tx, c, &n, b)
	}
	if err := errors.Join(b.write(ctx, tx, nil, c), s.record(ctx, tx, t)); err != nil || !n.File {
		return s.shown(c, tx), err
	}
	return s.fileAtOnce(ctx, tx, c, &n, nil)
}

// fileAtOnce files a case as it comes in. With a birth its row has not been written: it is, once, as it stands after both
// steps.
func (s *Service) fileAtOnce(ctx context.Context, tx *db.Tx, c *Case, n *Report, b *birth) (*Case, error) {
	if b != nil {
		reported := *c
		b.step.c = &reported
	}
	t, err := s.begin(ctx, tx, c, "file", &Move{Category: n.Category, Component: n.Component})
	if err != nil {
		return nil, err
	}
	t.birth = b
	err = s.carryOut(ctx, tx, t)
	return s.shown(c, tx), err
}

// birth is a case that comes in: what is written with its row.
type birth struct {
	s      *Service
	report Report
	step   *step  // of the report
	clock  *Clock // of its first stage
	next   *Clock // of the stage after a step taken at once
}

// write is what save is for a case that stands already.
func (b *birth) write(ctx context.Context, tx *db.Tx, _, c *Case) error {
	clocks := []*Clock{b.clock}
	if b.step.c != c {
		c.Version++
	}
	if b.next != nil {
		clocks = append(clocks, b.next)
	}
	if err := errors.Join(insertCase(ctx, tx, c), insertClocks(ctx, tx, clocks...)); err != nil {
		return err
	}
	if err := b.s.addReporter(ctx, tx, c, &b.report); err != nil {
		return err
	}
	return b.s.claimPhotos(ctx, tx, c, b.report.Photos)
}

func (n *Report) check() error {
	var fields []errs.Field
	if !slices.Contains(Channels, n.Channel) {
		fields = append(fields, errs.Field{Location: "body.channel", Message: "not in the list", Value: n.Channel})
	}
	n.Text, n.Title, n.Address = clean(n.Text), clean(n.Title), clean(n.Address)
	if n.Text == "" {
		fields = append(fields, errs.Field{Location: "body.text", Message: "required"})
	}
	for _, x := range []struct {
		name, value string
		limit       int
	}{{"text", n.Text, maxBody}, {"title", n.Title, maxTitle}, {"address", n.Address, maxAddress}} {
		if l := utf8.RuneCountInString(x.value); l > x.limit {
			fields = append(fields, errs.Field{Location: "body." + x.name, Message: "too long", Value: l})
		}
	}
	if (n.Lat == nil) != (n.Lon == nil) {
		fields = append(fields, errs.Field{Location: "body.lon", Message: "latitude and longitude come together"})
	}
	if n.Lat == nil && n.AreaCode == "" {
		fields = append(fields, errs.Field{Location: "body.area_code", Message: "say where: a position or an area"})
	}
	if fields != nil {
		return errs.Invalid("cases.incomplete", "Fill in what this step needs.", fields...)
	}
	return nil
}

// draft makes the row: place, tier, masked texts.
func (s *Service) draft(ctx context.Context, tx *db.Tx, n *Report) (*Case, error) {
	now := tx.Time()
	c := &Case{ID: db.NewID(tx), Workflow: s.current.Version, State: Reported, Channel: n.Channel, Source: n.Source, SourceNumber: n.SourceNumber,
		Title: mask.Text(n.Title), Body: mask.Text(n.Text), Component: n.Component, Urgent: n.Urgent, Address: mask.Text(n.Address), Level: Street, Voices: 1,
		RecursOf: n.RecursOf, ReportedAt: now, ChangedAt: now, Version: 1}
	if n.ReportedAt != nil && n.ReportedAt.Before(now.Time) {
		c.ReportedAt = *n.ReportedAt
	}
	if err := s.place(ctx, tx, c, n.Lat, n.Lon, n.AreaCode); err != nil {
		return nil, err
	}
	if n.Category != "" {
		leaf, ok := s.Duties.Catalog().Leaf(n.Category)
		if !ok {
			return nil, errs.Invalid("cases.need_category", "Choose a category.", errs.Field{Location: "body.category", Message: "not in the tree", Value: n.Category})
		}
		c.Category, c.Urgent, c.Sensitive = leaf.Code, c.Urgent || leaf.Emergency, leaf.Sensitive
		if leaf.Entry == string(Community) && n.Channel == FromOfficer {
			c.Level = Community
		} else if leaf.Entry == string(District) {
			c.Level = District
		}
	}
	if c.Title == "" {
		c.Title = s.titleOf(c)
	}
	return c, nil
}

// titleOf names a case nobody named: its category, or the beginning of what was said.
func (s *Service) titleOf(c *Case) string {
	if c.Category != "" {
		return s.Duties.Catalog().Name(c.Category)
	}
	return headline(c.Body)
}

// Lengths of a title made from what was said, in characters.
const (
	headlineLong  = 30 // a sentence up to this stands whole
	headlineShort = 8  // no shorter piece says what it is about
)

// headline is the first sentence of a text; a long one ends at its last clause that fits, or is cut with an ellipsis.
func headline(text string) string {
	words := []rune(strings.TrimSpace(text))
	clause := 0
	for i, r := range words[:min(len(words), headlineLong+1)] {
		switch {
		case strings.ContainsRune("。！？!?\n", r):
			if i >= headlineShort || i == len(words)-1 {
				return strings.TrimSpace(string(words[:i]))
			}
		case strings.ContainsRune("，；：、,;: ", r) && i >= headlineShort:
			clause = i
		}
	}
	switch {
	case len(words) <= headlineLong:
		return string(words)
	case clause > 0:
		return string(words[:clause])
	}
	return string(words[:headlineLong-1]) + "…"
}

// place finds the grid of a position; a position on no ground of ours, or none, needs an area.
func (s *Service) place(ctx context.Context, tx *db.Tx, c *Case, lat, lon *float64, area string) error {
	if lat != nil && lon != nil {
		loc, err := s.Regions.Locate(ctx, *lon, *lat, tx.Now())
		if err != nil && errs.KindOf(err) != errs.KindNotFound {
			return err
		}
		y, x := Degrees(*lat*1e7), Degrees(*lon*1e7)
		c.LatE7, c.LonE7 = &y, &x
		if err == nil && !strings.HasPrefix(area, loc.Smallest()) {
			area = loc.Smallest() // the ground decides, unless somebody names a part of it
		}
	}
	if area == "" {
		return errs.Invalid("cases.outside", "The place lies outside every known area.", errs.Field{Location: "body.lat", Message: "outside"})
	}
	a, err := s.Regions.Get(ctx, area)
	if errs.KindOf(err) == errs.KindNotFound {
		return errs.Invalid("cases.unknown_area", "There is no such area.", errs.Field{Location: "body.area_code", Message: "unknown", Value: area})
	}
	if err != nil {
		return err
	}
	c.AreaCode, c.AreaName = a.Code, s.areaName(ctx, a)
	return nil
}

// PlaceName returns the name people use for an area: street, community, grid. NotFound if there is no such area.
func (s *Service) PlaceName(ctx context.Context, code string) (string, error) {
	a, err := s.Regions.Get(ctx, code)
	if err != nil {
		return "", err
	}
	return s.areaName(ctx, a), nil
}

// areaName is the name people use: the street, then the community, then the grid where its name does not hold the community's.
func (s *Service) areaName(ctx context.Context, a *region.Area) string {
	name := strings.TrimSuffix(a.Name, "居委会")
	above := func(level Level) string {
		if len(a.Code) <= digits[level] {
			return ""
		}
		up, err := s.Regions.Get(ctx, a.Code[:digits[level]])
		if err != nil {
			return "" // a name is not worth a failure
		}
		return strings.TrimSuffix(up.Name, "居委会")
	}
	if place := above(Community); place != "" && !strings.HasPrefix(name, place) {
		name = place + name
	}
	if street := above(Street); street != "" {
		name = street + " " + name
	}
	return name
}

// once refuses a report its source has sent before.
func (s *Service) once(ctx context.Context, tx *db.Tx, n *Report) error {
	if n.SourceNumber == "" {
		return nil
	}
	there, err := db.All[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE source = $1 AND source_number = $2 AND source_number <> '' LIMIT 1", n.Source, n.SourceNumber)
	if err == nil && len(there) > 0 {
		return errs.Conflict("cases.source_known", "This number of this source has been registered.").With(s.shown(&there[0], tx))
	}
	return err
}

// nextNumber counts up per day and street: 20261120-007-0042; a case of the whole district has 000 for the street.
func nextNumber(ctx context.Context, tx *db.Tx, c *Case) (string, error) {
	day := tx.Now().In(clock.Nanjing).Format("20060102")
	street := "000"
	if len(c.AreaCode) >= digits[Street] {
		street = c.AreaCode[6:9]
	}
	n, err := db.Get[int](ctx, tx, `INSERT INTO case_number (day, street, last) VALUES ($1, $2, 1)
		ON CONFLICT (day, street) DO UPDATE SET last = case_number.last + 1
		RETURNING last`, day, within(c.AreaCode, Street))
	return fmt.Sprintf("%s-%s-%04d", day, street, n), err
}

// National returns the number in the 19 digits that city management systems exchange: district, day and sequence.
func (c *Case) National() string {
	district := "000000"
	if len(c.AreaCode) >= 6 {
		district = c.AreaCode[:6]
	}
	day, rest := c.Number[:8], c.Number[9:]
	var street, n int
	if _, err := fmt.Sscanf(rest, "%d-%d", &street, &n); err != nil {
		return ""
	}
	return fmt.Sprintf("%s%s%02d%03d", district, day, street%100, n%1000)
}

// correct puts title, category, place or urgency right while the case has not been dispatched.
func (s *Service) correct(ctx context.Context, tx *db.Tx, t *step) error {
	c, m := t.c, t.m
	if m.Title != "" {
		t.detail["title"], c.Title = c.Title, m.Title
	}
	if m.Address != "" {
		t.detail["address"], c.Address = c.Address, m.Address
	}
	if m.Category != "" {
		leaf, ok := s.Duties.Catalog().Leaf(m.Category)
		if !ok {
			return errs.Invalid("cases.need_category", "Choose a category.", errs.Field{Location: "body.category", Message: "not in the tree", Value: m.Category})
		}
		t.detail["category"], c.Category = c.Category, leaf.Code
		c.Sensitive = c.Sensitive || leaf.Sensitive
		if c.FiledAt != nil {
			if err := s.promise(ctx, tx, c); err != nil {
				return err
			}
		}
	}
	if m.Urgent != nil {
		c.Urgent = *m.Urgent
	}
	if m.Lat != nil || m.AreaCode != "" {
		t.detail["area"] = c.AreaCode
		if err := s.place(ctx, tx, c, m.Lat, m.Lon, m.AreaCode); err != nil {
			return err
		}
		if p := auth.From(ctx); !p.Covers(c.AreaCode) {
			return errs.Forbidden("auth.outside_area", "This lies outside your area.")
		}
	}
	return nil
}
