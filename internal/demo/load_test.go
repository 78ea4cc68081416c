package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/rectify"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
)

func load(t testing.TB, d *db.DB, scale string, seed uint64) (*house, Summary) {
	t.Helper()
	h := newHouse(t, d)
	s, err := Load(context.Background(), h.Deps, Options{Scale: scale, Seed: seed})
	must(t, err)
	return h, s
}

func BenchmarkLoad_Small(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b, testkit.SQLite(b))
		b.StartTimer()
		_, err := Load(context.Background(), h.Deps, Options{Scale: "small", Seed: 2026})
		must(b, err)
	}
}

func TestLoad_SmallIsOneStreetWithThreeWavesOnBothEngines(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		start := time.Now()
		s, err := Load(context.Background(), h.Deps, Options{Scale: "small", Seed: 2026})
		must(t, err)
		took := time.Since(start)
		t.Logf("small loaded in %v (wanted: below 2 s on an idle machine)", took.Round(10*time.Millisecond))
		if s.Streets != 1 || s.Communities != 12 || s.Composite == 0 || s.Dedicated == 0 || s.Police == 0 || s.Photos == 0 {
			t.Errorf("got %+v", s)
		}
		for i, want := range []WaveSummary{{Code: "2025H2", State: "published", Targeted: 617, Online: 2110, Comments: 277},
			{Code: "2026H1", State: "published", Targeted: 617, Online: 2110, Comments: 277}, {Code: "2026H2", State: "fieldwork"}} {
			got := s.Waves[i]
			if got.Code != want.Code || got.State != want.State || want.Targeted > 0 && (got.Targeted != want.Targeted || got.Online != want.Online || got.Comments != want.Comments) {
				t.Errorf("wave %d: got %+v, want %+v", i, got, want)
			}
		}
		if w := s.Waves[2]; w.Targeted == 0 || w.Targeted >= 617 || w.Comments == 0 {
			t.Errorf("the wave in fieldwork has %+v", w)
		}
		checkClean(t, h)
	})
}

// checkClean proves that a server starts quietly after a load: nothing to deliver, few notices, an intact audit trail.
func checkClean(t *testing.T, h *house) {
	t.Helper()
	ctx := auth.System(context.Background(), "test")
	must(t, h.DB.Read(ctx, func(tx *db.Tx) error {
		pending, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM outbox WHERE state <> 'done'")
		if err != nil || pending > 0 {
			t.Errorf("%d messages wait in the outbox, %v", pending, err)
		}
		notices, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM identity_notice")
		if err != nil || notices == 0 || notices > 200 {
			t.Errorf("%d notices, %v", notices, err)
		}
		late, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_history WHERE at > $1", Now.UnixMilli())
		if err != nil || late > 0 {
			t.Errorf("%d steps lie after the end of the story, %v", late, err)
		}
		return nil
	}))
	if r, err := h.Trail.Verify(ctx); err != nil || !r.Intact || r.Entries == 0 {
		t.Errorf("audit: %+v, %v", r, err)
	}
}

func TestLoad_RefusesAnUnknownScaleAnotherClockAndASecondLoad(t *testing.T) {
	ctx := context.Background()
	h := newHouse(t, testkit.SQLite(t))
	if _, err := Load(ctx, h.Deps, Options{Scale: "province"}); errs.CodeOf(err) != "demo.unknown_scale" {
		t.Errorf("got %v", err)
	}
	other := h.Deps
	other.Clock = NewClock()
	if _, err := Load(ctx, other, Options{Scale: "small"}); errs.CodeOf(err) != "demo.wrong_clock" {
		t.Errorf("got %v", err)
	}
	must(t, h.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := h.Region.SaveTx(auth.System(ctx, "test"), tx, []region.Plot{{Code: "32", Name: "江苏省"}}, time.Time{})
		return err
	}))
	if _, err := Load(ctx, h.Deps, Options{Scale: "small", Seed: 1}); errs.CodeOf(err) != "demo.not_empty" {
		t.Errorf("got %v", err)
	}
}

// content is everything that must be the same for the same seed: no ids, no ciphertext.
var content = []string{
	"SELECT code || name || kind || class || households FROM area ORDER BY code",
	"SELECT code || shape FROM area_shape ORDER BY code",
	// What was keyed has a keyed digest for its row key, another one in every installation.
	`SELECT channel || mode || street || community || grp || sex || age_band || seconds || submitted_at || CASE WHEN row_key LIKE 'demo-%' THEN row_key ELSE '' END || marks || answers
		FROM response ORDER BY wave_id, CASE WHEN row_key LIKE 'demo-%' THEN row_key ELSE '' END, marks`,
	"SELECT street || community || grp || channel || text || categories || day FROM comment ORDER BY id",
	"SELECT text || state || fields || suggestions FROM comment_code ORDER BY id",
	"SELECT no || title || field || area_code || place || voices || state || result || lead_name || measure || outcome || reply || COALESCE(due_at, 0) || supervised || reworks FROM item ORDER BY no",
	"SELECT i.no || h.at || h.actor_name || h.action || h.from_state || h.to_state || h.note FROM item_history h JOIN item i ON i.id = h.item_id ORDER BY h.id",
	"SELECT i.no || e.phase || e.sha256 FROM item_evidence e JOIN item i ON i.id = e.item_id ORDER BY e.id",
	"SELECT username || name FROM identity_user ORDER BY username",
}

func digestOf(t *testing.T, d *db.DB) string {
	t.Helper()
	h := sha256.New()
	ctx := context.Background()
	must(t, d.Read(ctx, func(tx *db.Tx) error {
		for _, query := range content {
			n := 0
			err := db.Each(ctx, tx, query, nil, func(line *string) error {
				n++
				_, err := fmt.Fprintln(h, *line)
				return err
			})
			if err != nil || n == 0 {
				return fmt.Errorf("%s: %d rows, %w", query, n, err)
			}
		}
		return nil
	}))
	return hex.EncodeToString(h.Sum(nil))
}

func TestLoad_SameSeedGivesTheSameContent(t *testing.T) {
	var digests []string
	for _, seed := range []uint64{5, 5, 6} {
		d := testkit.SQLite(t)
		load(t, d, "small", seed)
		digests = append(digests, digestOf(t, d))
	}
	if digests[0] != digests[1] {
		t.Error("two loads of one seed differ")
	}
	if digests[0] == digests[2] {
		t.Error("another seed gave the same content")
	}
}

func TestLoad_SmallHoldsTogether(t *testing.T) {
	h, _ := load(t, testkit.SQLite(t), "small", 2026)
	for name, check := range map[string]func(*testing.T, *house){
		"every area lies inside its parent":                    areasNest,
		"every published item has its answer and photos":       answersAreWhole,
		"no telephone number can be rung and none can be read": numbersAreSafe,
		"the reply tells what was done":                        repliesMatch,
	} {
		t.Run(name, func(t *testing.T) { check(t, h) })
	}
}

func areasNest(t *testing.T, h *house) {
	ctx := auth.System(context.Background(), "test")
	list, _, err := h.Region.List(ctx, region.Filter{Within: smallStreet})
	must(t, err)
	for _, a := range list {
		if a.AreaKM2 <= 0 || a.Centroid == nil {
			t.Fatalf("%s %s has no ground", a.Code, a.Name)
		}
		at, err := h.Region.Locate(ctx, a.Centroid[0], a.Centroid[1], time.Time{})
		must(t, err)
		switch {
		case a.Kind == region.Police:
			if at.PoliceGrid == nil || at.PoliceGrid.Code != a.Code {
				t.Errorf("the middle of police grid %s lies elsewhere", a.Code)
			}
		case a.Level == region.Grid && (at.Grid == nil || at.Grid.Code != a.Code || at.Community.Code != a.ParentCode):
			t.Errorf("the middle of %s lies in %s", a.Code, at.Smallest())
		case !region.Inside(at.Smallest(), a.Code):
			t.Errorf("the middle of %s lies in %s", a.Code, at.Smallest())
		}
	}
}

func answersAreWhole(t *testing.T, h *house) {
	ctx := context.Background()
	n := 0
	for page := (httpx.PageIn{Limit: 100}); ; {
		list, err := h.Rectify.Public(ctx, rectify.PublicFilter{}, page)
		must(t, err)
		for _, i := range list.Items {
			n++
			if i.Measure == "" || i.Outcome == "" || i.Reply == "" || i.Result == "" || i.Lead == "" || i.DueAt == nil {
				t.Errorf("%s is published without a part of its answer", i.No)
			}
			phases := map[string]bool{}
			for _, p := range i.Photos {
				phases[p.Phase] = true
			}
			if shown := i.Result == rectify.Resolved || i.Result == rectify.Partly; shown && len(phases) < 2 {
				t.Errorf("%s is published as %s without photos before and after", i.No, i.Result)
			}
		}
		if page.Cursor = list.NextCursor; page.Cursor == "" {
			break
		}
	}
	if n < 100 {
		t.Errorf("only %d items are published", n)
	}
}

var phoneNumber = regexp.MustCompile(`1[3-9][0-9]{9}`)

func numbersAreSafe(t *testing.T, h *house) {
	ctx := context.Background()
	must(t, h.DB.Read(ctx, func(tx *db.Tx) error {
		numbers := 0
		err := db.Each(ctx, tx, "SELECT text FROM comment", nil, func(text *string) error {
			for _, no := range phoneNumber.FindAllString(*text, -1) {
				if numbers++; no[:7] != "1990000" {
					t.Errorf("%s in %q could be somebody's", no, *text)
				}
			}
			return nil
		})
		if err != nil || numbers == 0 {
			t.Errorf("%d numbers to mask, %v", numbers, err)
		}
		return db.Each(ctx, tx, "SELECT text FROM comment_code", nil, func(text *string) error {
			if phoneNumber.MatchString(*text) {
				t.Errorf("%q shows a number", *text)
			}
			return nil
		})
	}))
}

func repliesMatch(t *testing.T, h *house) {
	ctx := context.Background()
	list, err := h.Rectify.Public(ctx, rectify.PublicFilter{}, httpx.PageIn{Limit: 200})
	must(t, err)
	for _, i := range list.Items {
		if done := strings.TrimPrefix(i.Outcome, "已返工："); !strings.Contains(i.Reply, done) {
			t.Errorf("%s was done as %q and told as %q", i.No, i.Outcome, i.Reply)
		}
	}
}

func TestLoad_EndsOnTheDayThatIsAskedFor(t *testing.T) {
	for _, day := range []time.Time{
		time.Date(2026, 11, 22, 0, 0, 0, 0, clock.Nanjing), // a Sunday
		time.Date(2027, 2, 9, 0, 0, 0, 0, clock.Nanjing),   // in the spring festival
		time.Date(2028, 5, 3, 0, 0, 0, 0, clock.Nanjing),   // beyond the published calendar
		time.Date(2026, 6, 11, 0, 0, 0, 0, clock.Nanjing),  // before the story as it is written
	} {
		t.Run(day.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, testkit.SQLite(t))
			s, err := Load(context.Background(), h.Deps, Options{Scale: "small", Seed: 2026, Day: day})
			must(t, err)
			if len(s.Waves) != 3 || s.Waves[2].State != "fieldwork" || s.Waves[1].State != "published" {
				t.Errorf("waves %+v", s.Waves)
			}
			end := day.Add(10*time.Hour + 30*time.Minute)
			if now := h.Clock.Now(); !now.Equal(end) {
				t.Errorf("the clock stands at %v", now)
			}
			must(t, h.DB.Read(context.Background(), func(tx *db.Tx) error {
				for name, query := range map[string]string{"steps after the end": "SELECT COUNT(*) FROM case_history WHERE at > $1", "cases of the last day missing": "SELECT CASE WHEN MAX(reported_at) > $1 - 86400000 THEN 0 ELSE 1 END FROM case_file"} {
					n, err := db.Get[int](context.Background(), tx, query, end.UnixMilli())
					if err != nil || n != 0 {
						t.Errorf("%s: %d, %v", name, n, err)
					}
				}
				return nil
			}))
		})
	}
}

func TestToday_IsTheDayBeforeUntilTheStoryCanBeOver(t *testing.T) {
	for text, want := range map[string]string{"2026-11-23T10:29:00": "2026-11-22", "2026-11-23T10:30:00": "2026-11-23"} {
		now, err := time.ParseInLocation("2006-01-02T15:04:05", text, clock.Nanjing)
		must(t, err)
		if got := Today(now).Format(time.DateOnly); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
