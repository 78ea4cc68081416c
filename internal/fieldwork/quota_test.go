package fieldwork_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"yiwang/internal/fieldwork"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestSubmit_TwoHundredAtOnceNeverOverrunAQuota(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, func(p *survey.Plan) {
			p.Quotas = []survey.Quota{{Street: surveytest.Street(1), Most: 60}, {Group: survey.Adult, Most: 45}, {Channel: survey.Online, Most: 100}}
		})
		forms := map[survey.Group]fieldwork.Submission{survey.Adult: x.opened(t, survey.Adult, 0), survey.Elder: x.opened(t, survey.Elder, 0)}
		var wg sync.WaitGroup
		results := make([]error, 200)
		for i := range results {
			wg.Go(func() {
				in := forms[survey.Adult]
				if i%2 == 1 {
					in = forms[survey.Elder]
				}
				if i%4 >= 2 {
					in.Street, in.Community = surveytest.Street(2), ""
				}
				in.SubmissionID = fmt.Sprintf("00000000-0000-4000-8000-%012d", i+1)
				_, results[i] = x.field.Submit(context.Background(), in, fieldwork.Sender{Device: fmt.Sprint("d", i)})
			})
		}
		wg.Wait()
		stored := 0
		for i, err := range results {
			switch {
			case err == nil:
				stored++
			case errs.CodeOf(err) != "fieldwork.quota_full":
				t.Errorf("answer %d: %v", i, err)
			}
		}
		rows, err := x.Surveys.Progress(x.Ctx, x.wave.ID)
		must(t, err)
		cells, total := map[string]int{}, 0
		for _, r := range rows {
			cells[r.Street] += r.N
			cells[string(r.Group)] += r.N
			total += r.N
		}
		if total != stored || cells[surveytest.Street(1)] > 60 || cells["adult"] != 45 || total > 100 {
			t.Errorf("%d receipts, cells %v, total %d", stored, cells, total)
		}
		if c := x.counts(t); c.Online != total {
			t.Errorf("the counter says %d, the rows %d", c.Online, total)
		}
	})
}

func TestSubmit_TheSameAnswerFromFiftyConnectionsAtOnceCountsOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, nil)
		in := x.opened(t, survey.Adult, 1)
		var wg sync.WaitGroup
		receipts := make([]*fieldwork.Receipt, 50)
		for i := range receipts {
			wg.Go(func() {
				r, err := x.field.Submit(context.Background(), in, fieldwork.Sender{Device: "d"})
				if err != nil {
					t.Error(err)
					return
				}
				receipts[i] = r
			})
		}
		wg.Wait()
		first := 0
		for _, r := range receipts {
			if r != nil && !r.Repeated {
				first++
			}
		}
		if c := x.counts(t); first != 1 || c.Online != 1 {
			t.Errorf("%d called first, %d stored; want 1 and 1", first, c.Online)
		}
	})
}
