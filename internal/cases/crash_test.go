package cases_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"yiwang/data/calendar"
	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/duty"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
)

// TestMain turns the test program into the victim of the crash test when asked to.
func TestMain(m *testing.M) {
	if url := os.Getenv("YIWANG_CASES_VICTIM"); url != "" {
		if err := actForEver(url, os.Getenv("YIWANG_CASES_UNIT")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// actForEver moves cases through their lives from eight goroutines and prints id and version once an action is answered.
func actForEver(url, unit string) error {
	ctx := auth.System(context.Background(), "victim")
	d, err := db.Open(ctx, db.Config{URL: url})
	if err != nil {
		return err
	}
	keys, err := crypto.NewKeys(crypto.AES)
	if err != nil {
		return err
	}
	box, err := crypto.NewBox(keys)
	if err != nil {
		return err
	}
	days, err := workcal.Parse(bytes.NewReader(calendar.YAML))
	if err != nil {
		return err
	}
	regions := region.New(d)
	people := identity.New(d, nil, identity.Config{Sealer: box})
	s := cases.New(cases.Deps{DB: d, Regions: regions, People: people, Duties: duty.New(d, regions, people), Box: box, Calendar: workcal.NewSource(days)})
	failed := make(chan error)
	for range 8 {
		go func() {
			for {
				if err := liveOnce(ctx, s, unit); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

func liveOnce(ctx context.Context, s *cases.Service, unit string) error {
	c, err := s.Register(ctx, cases.Report{Channel: cases.FromHotline, Text: "路灯不亮", Category: casetest.Lamp, AreaCode: casetest.Grid})
	if err != nil {
		return err
	}
	fmt.Println(c.ID, c.Version)
	for _, step := range []struct {
		action string
		move   cases.Move
	}{
		{"file", cases.Move{Category: casetest.Lamp}}, {"dispatch", cases.Move{LeadUnit: unit}}, {"sign", cases.Move{}},
		{"handle", cases.Move{Result: cases.Explained, Outcome: "已说明"}}, {"verify", cases.Move{Note: "属实"}}, {"close", cases.Move{Reply: "已办"}},
	} {
		step.move.Version = c.Version
		if c, err = s.Act(ctx, c.ID, step.action, step.move); err != nil {
			return fmt.Errorf("%s: %w", step.action, err)
		}
		fmt.Println(c.ID, c.Version)
	}
	return nil
}

func TestKill9_AnAcknowledgedTransitionIsWholeAndNothingIsHalf(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: crashes take some seconds")
	}
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		ctx := auth.System(context.Background(), "test")
		d, err := db.Open(ctx, db.Config{URL: url})
		must(t, err)
		x := casetest.New(t, d)
		must(t, d.Close())
		seen := map[string]int64{}
		for round := range 6 {
			crash(t, url, x.Units[builders].ID, 5+round*17, seen)
		}
		d, err = db.Open(ctx, db.Config{URL: url})
		must(t, err)
		defer func() { must(t, d.Close()) }()
		must(t, d.Read(ctx, func(tx *db.Tx) error {
			for id, version := range seen {
				stored, err := db.Get[int64](ctx, tx, "SELECT version FROM case_file WHERE id = $1", id)
				if err != nil || stored < version {
					t.Errorf("%s was acknowledged at version %d and stands at %d (%v)", id, version, stored, err)
				}
			}
			for what, query := range invariants {
				n, err := db.Get[int](ctx, tx, query)
				if err != nil || n != 0 {
					t.Errorf("%s: %d cases (%v)", what, n, err)
				}
			}
			return nil
		}))
		t.Logf("%d cases survived 6 kills", len(seen))
	})
}

// invariants count cases that are not whole; each is 0.
var invariants = map[string]string{
	"state is not that of the last step": `SELECT COUNT(*) FROM case_file f WHERE f.state <> (SELECT h.to_state FROM case_history h WHERE h.case_id = f.id ORDER BY h.id DESC LIMIT 1)`,
	"a step without its audit entry": `SELECT COUNT(*) FROM case_file f WHERE (SELECT COUNT(*) FROM case_history h WHERE h.case_id = f.id)
		<> (SELECT COUNT(*) FROM audit_entry a WHERE a.object = 'case' AND a.object_id = f.id)`,
	"a step without its event": `SELECT COUNT(*) FROM case_file f WHERE (SELECT COUNT(*) FROM case_history h WHERE h.case_id = f.id)
		<> (SELECT COUNT(*) FROM outbox o WHERE o.subject = f.id AND o.topic IN ('cases.registered', 'cases.moved'))`,
	"an open case without exactly its clock": `SELECT COUNT(*) FROM case_file f WHERE f.ended_at IS NULL AND f.stage <> ''
		AND (SELECT COUNT(*) FROM case_clock k WHERE k.case_id = f.id AND k.part_id = '' AND k.stopped_at IS NULL AND k.kind = f.stage) <> 1`,
	"an ended case whose clock runs": `SELECT COUNT(*) FROM case_file f WHERE f.ended_at IS NOT NULL AND EXISTS (SELECT 1 FROM case_clock k WHERE k.case_id = f.id AND k.stopped_at IS NULL)`,
}

// crash runs a victim, kills it after n acknowledged actions, and notes the versions it was told.
func crash(t *testing.T, url, unit string, n int, seen map[string]int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "YIWANG_CASES_VICTIM="+url, "YIWANG_CASES_UNIT="+unit)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewReader(out)
	for told := 0; ; told++ {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		var id string
		var version int64
		if _, err := fmt.Sscan(strings.TrimSpace(line), &id, &version); err != nil {
			continue // the kill cut the line
		}
		seen[id] = max(seen[id], version)
		if told == n {
			must(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // it was killed
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
