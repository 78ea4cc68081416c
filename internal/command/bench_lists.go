package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/cases/ballast"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
)

type benchListsCmd struct {
	Rows  int           `default:"1000000" help:"Archived cases stored before."`
	Open  int           `default:"20000" help:"Cases being worked on beside them."`
	Times int           `default:"7" help:"How often each list is asked for."`
	Bound time.Duration `default:"100ms" help:"Lists whose middle time lies above it are marked."`
	Only  string        `help:"Ask only for lists whose name holds this, such as 'a word'."`
	Dir   string        `type:"path" help:"Directory that stays, for a database that is used again; one that goes if empty."`
}

// benchList is a list as a page asks for it.
type benchList struct{ name, path string }

// benchLists are what the desk shows: its views, sorts, words, groups.
var benchLists = []benchList{
	{"my work", "todo=true&sort=due"},
	{"due today", "lamp=today&sort=due"},
	{"overdue", "lamp=overdue&sort=due"},
	{"to be taken up", "state=reported&state=inspecting&state=accepted"},
	{"to be dispatched", "state=filed&sort=due"},
	{"returned", "state=returned&state=adjudicating&sort=due"},
	{"being handled", "state=dispatched&state=signed&state=handling&state=rework&sort=due"},
	{"to be closed", "state=checking&state=checked&state=closed&sort=due"},
	{"drawn", "drawn=true"},
	{"watched", "watched=true&sort=changed"},
	{"open", "open=true&sort=due"},
	{"open, last changed", "open=true&sort=changed"},
	{"all", ""},
	{"all, oldest", "sort=oldest"},
	{"all by due time", "sort=due"},
	{"all, last changed", "sort=changed"},
	{"urgent", "urgent=true&sort=due"},
	{"given back", "returned=true&sort=due"},
	{"a category", "category=140103&sort=newest"},
	{"a category by due time", "category=140103&sort=due"},
	{"a day", "day"},
	{"a street", "area=320106003"},
	{"a street by due time", "area=320106003&sort=due"},
	{"a word", "q=路灯"},
	{"a rare word", "q=井盖破损"},
	{"a word nowhere", "q=飞碟降落"},
	{"two words", "q=农贸市场 噪声"},
	{"a word of one case in 25,000", "q=" + ballast.RareWord},
	{"a word of one case in 250,000", "q=" + ballast.ScarceWord},
	{"one letter", "q=豚"},
	{"one letter, frequent", "q=灯"},
	{"a rare word by due time, scarce", "q=" + ballast.ScarceWord + "&sort=due"},
	{"a rare word in a street", "area=320106003&q=" + ballast.RareWord},
	{"a word in a class", "category=140101&q=油烟"},
	{"a class in a street", "category=140103&area=320106003"},
	{"a class of which there is none", "category=020301"},
	{"a word by due time", "q=路灯&sort=due"},
	{"a rare word by due time", "q=井盖破损&sort=due"},
	{"a word nowhere by due time", "q=飞碟降落&sort=due"},
	{"a word, last changed", "q=路灯&sort=changed"},
	{"a word among open", "open=true&q=井盖破损&sort=due"},
	{"a word nowhere among open", "open=true&q=飞碟降落&sort=due"},
	{"a word in my work", "todo=true&q=噪声&sort=due"},
	{"a word in a street", "area=320106003&q=路灯&sort=due"},
	{"a number begun", "q=20261122-0"},
	{"a unit by name", "q=建设局"},
}

// benchMaps are what the map asks for, from afar to near, about 1440 by 800 pixels each.
var benchMaps = []benchList{
	{"map of the district", "west=118.66&east=118.86&south=32.02&north=32.13&zoom=12.5"},
	{"map of the district, open", "open=true&west=118.66&east=118.86&south=32.02&north=32.13&zoom=12.5"},
	{"map of the district, overdue", "lamp=overdue&west=118.66&east=118.86&south=32.02&north=32.13&zoom=12.5"},
	{"map of the district, a rare word", "q=" + ballast.RareWord + "&west=118.66&east=118.86&south=32.02&north=32.13&zoom=12.5"},
	{"map of some streets", "west=118.74&east=118.79&south=32.05&north=32.08&zoom=14.5"},
	{"map of some blocks", "west=118.76&east=118.772&south=32.06&north=32.066&zoom=16.5"},
}

// Run fills an empty database (--db, or SQLite in a directory of its own), or one that it has filled before, and asks for
// every list of the desk as a dispatcher of the district, one of a street, a department that leads most cases and one that
// leads few. Each list is asked for the first page as the page does; the middle time counts; the processor time of program, database and client is what a list would take on a quiet machine.
func (c benchListsCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	within := inDirectory
	if c.Dir != "" {
		within = func(do func(dir string) error) error { return do(c.Dir) }
	}
	return within(func(dir string) error {
		cfg.Data, cfg.Demo = dir, true
		b := &caseBench{out: s.Out}
		settle := func(ctx context.Context, a *app.App) error {
			b.app = a
			if err := b.settle(ctx); err != nil {
				return err
			}
			return c.fill(ctx, b)
		}
		return serveHere(ctx, cfg, settle, func(ctx context.Context, _ *app.App, addr string) error {
			b.base, b.caller = "http://"+addr, &caller{address: addr}
			var all error
			for _, who := range []string{"command", "desk01", "construction", "landscaping"} {
				cookie, err := signIn(ctx, http.DefaultClient, b.base, who)
				if err != nil {
					return err
				}
				all = errors.Join(all, c.ask(ctx, b, who, cookie))
			}
			return all
		})
	})
}

// fill adds what is missing of the cases.
func (c benchListsCmd) fill(ctx context.Context, b *caseBench) error {
	var units []string
	open := 0
	if err := b.app.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if b.filled, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_file WHERE state = 'archived'"); err != nil {
			return err
		}
		if open, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_file WHERE ended_at IS NULL AND number LIKE 'O%'"); err != nil {
			return err
		}
		units, err = db.All[string](ctx, tx, "SELECT id FROM identity_unit WHERE area_code = '320106' ORDER BY code")
		return err
	}); err != nil {
		return err
	}
	if err := b.fill(ctx, c.Rows); err != nil {
		return err
	}
	if err := ballast.Open(ctx, b.app.DB, b.areas, units, open, max(0, c.Open-open)); err != nil {
		return err
	}
	return errors.Join(b.seal(ctx, c.Open), b.app.Cases.KeepSquares(ctx))
}

func (c benchListsCmd) ask(ctx context.Context, b *caseBench, who string, cookie *http.Cookie) error {
	for _, l := range benchLists {
		q, err := url.ParseQuery(l.path)
		if err != nil {
			return err
		}
		if l.path == "day" {
			now := clock.System.Now()
			q = url.Values{"since": {now.Add(-48 * time.Hour).Format(time.RFC3339)}, "until": {now.Add(-24 * time.Hour).Format(time.RFC3339)}}
		}
		q.Set("limit", "50")
		if err := c.time(ctx, b, who+", "+l.name, "/api/v1/cases?"+q.Encode(), cookie); err != nil {
			return err
		}
	}
	for _, m := range benchMaps {
		if err := c.time(ctx, b, who+", "+m.name, "/api/v1/case-map?"+m.path, cookie); err != nil {
			return err
		}
	}
	for _, by := range []string{"street", "state"} {
		if err := c.time(ctx, b, who+", open by "+by, "/api/v1/case-groups?open=true&by="+by, cookie); err != nil {
			return err
		}
	}
	return nil
}

func (c benchListsCmd) time(ctx context.Context, b *caseBench, name, path string, cookie *http.Cookie) error {
	if !strings.Contains(name, c.Only) {
		return nil
	}
	var page struct{ Total, Shown int }
	var took []time.Duration
	cost, err := usedBy(ctx, b.app.DB, func() error {
		for range c.Times {
			start := clock.System.Now()
			err := b.caller.call(ctx, "GET", path, cookie, nil, func(answer []byte) error { return json.Unmarshal(answer, &page) })
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			took = append(took, clock.System.Now().Sub(start))
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(took)
	mark, middle := "", took[len(took)/2]
	if middle > c.Bound {
		mark = "   SLOW"
	}
	_, err = fmt.Fprintf(b.out, "%-44s %9s, slowest %9s, CPU %6.1f ms, %6d rows%s\n", name, middle.Round(100*time.Microsecond), took[len(took)-1].Round(100*time.Microsecond),
		float64(cost.program+cost.server)/float64(time.Millisecond)/float64(c.Times), page.Total+page.Shown, mark)
	return err
}
