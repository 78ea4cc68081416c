package fieldwork_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yiwang/internal/fieldwork"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/migrations"
)

// TestMain turns the test program into the victim of the crash test when asked to.
func TestMain(m *testing.M) {
	if dir := os.Getenv("YIWANG_FIELDWORK_VICTIM"); dir != "" {
		if err := sendForEver(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// serviceAt opens the services on a directory with database and keys.
func serviceAt(ctx context.Context, dir string) (*db.DB, *survey.Service, *fieldwork.Service, error) {
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + filepath.Join(dir, "a.db")})
	if err != nil {
		return nil, nil, nil, err
	}
	keys, err := crypto.KeysFor(ctx, d, filepath.Join(dir, "keys.json"), crypto.AES)
	if err != nil {
		return nil, nil, nil, err
	}
	box, err := crypto.NewBox(keys)
	if err != nil {
		return nil, nil, nil, err
	}
	files, err := blob.NewDir(filepath.Join(dir, "files"))
	regions := region.New(d)
	surveys := survey.New(d, box, regions, files, []survey.Category{{Code: "01", Name: "街道党建"}})
	return d, surveys, fieldwork.New(fieldwork.Deps{DB: d, Surveys: surveys, Samples: sampling.New(d, surveys, regions, box), Regions: regions, Files: files, Box: box}), err
}

// sendForEver sends answers from eight goroutines and prints the id of each once its receipt is there.
func sendForEver(dir string) error {
	ctx := context.Background()
	_, _, field, err := serviceAt(ctx, dir)
	if err != nil {
		return err
	}
	q, err := field.OpenByLink(ctx, "2026H2", survey.Adult)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%08d-0000-4000-8000-%012d", os.Getpid(), w*1_000_000+i)
				in := fieldwork.Submission{SubmissionID: id, Token: q.Token, Group: survey.Adult, Street: surveytest.Street(1), Answers: answers(q.Form)}
				if _, err := field.Submit(ctx, in, fieldwork.Sender{Device: id}); err != nil {
					failed <- err
					return
				}
				fmt.Println(id)
			}
		}()
	}
	return <-failed
}

func TestKill9_AnAnswerWithAReceiptIsStoredOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: twenty crashes take some seconds")
	}
	ctx := auth.System(context.Background(), "test")
	dir := t.TempDir()
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + filepath.Join(dir, "a.db")})
	must(t, err)
	must(t, d.Migrate(ctx, migrations.Files))
	setUp(t, d, nil)
	must(t, d.Close())
	var sent []string
	for round := range 20 {
		sent = append(sent, crash(t, dir, 3+round*5)...)
	}
	d, surveys, _, err := serviceAt(ctx, dir)
	must(t, err)
	defer func() { must(t, d.Close()) }()
	w, err := surveys.FindWave(ctx, "2026H2")
	must(t, err)
	must(t, d.Read(ctx, func(tx *db.Tx) error {
		for _, id := range sent {
			if ok, err := surveys.RecordedTx(ctx, tx, w.ID, id); err != nil || !ok {
				t.Errorf("%s had its receipt and is not stored (%v)", id, err)
			}
		}
		state, err := db.Get[string](ctx, tx, "PRAGMA integrity_check")
		if state != "ok" {
			t.Errorf("integrity check: %s, %v", state, err)
		}
		rows, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM response")
		if rows != w.Counts.Online || rows < len(sent) {
			t.Errorf("%d rows, counter %d, %d receipts", rows, w.Counts.Online, len(sent))
		}
		return err
	}))
	t.Logf("%d acknowledged answers survived 20 kills", len(sent))
}

// crash runs a victim, kills it after n receipts, and returns every id with a receipt.
func crash(t *testing.T, dir string, n int) (ids []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "YIWANG_FIELDWORK_VICTIM="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		if ids = append(ids, strings.TrimSpace(line)); len(ids) == n {
			must(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // it was killed
	return ids
}
