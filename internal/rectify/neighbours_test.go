package rectify_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/rectify"
	"yiwang/internal/region"
	"yiwang/internal/survey"
	"yiwang/internal/testkit"
)

// below joins rectify to the real modules beneath it.
type below struct {
	region   *region.Service
	identity *identity.Service
	survey   *survey.Service
	store    blob.Store
}

func (b below) Comments(ctx context.Context, tx *db.Tx, wave, after string, limit int) (out []opinion.RawComment, err error) {
	rows, err := b.survey.CommentsTx(ctx, tx, wave, after, limit)
	for _, r := range rows {
		out = append(out, opinion.RawComment{ID: r.ID, AreaCode: r.Community, Group: string(r.Group), Channel: string(r.Channel), Text: r.Text, Categories: r.Categories.V, Day: r.Day})
	}
	return out, err
}

func (b below) Wave(ctx context.Context, tx *db.Tx, id string) (opinion.Wave, error) {
	w, err := b.survey.WaveTx(ctx, tx, id)
	if err != nil {
		return opinion.Wave{}, err
	}
	return opinion.Wave{ID: w.ID, Code: w.Code, Name: w.Name}, nil
}

func (b below) Unit(ctx context.Context, tx *db.Tx, id string) (rectify.Unit, error) {
	u, err := b.identity.UnitTx(ctx, tx, id)
	return rectify.Unit{ID: u.ID, Code: u.Code, Name: u.Name, AreaCode: u.AreaCode}, err
}

func (b below) UnitFor(ctx context.Context, tx *db.Tx, code, area string) (rectify.Unit, error) {
	u, err := b.identity.FindUnitTx(ctx, tx, area[:6], code)
	return rectify.Unit{ID: u.ID, Code: u.Code, Name: u.Name, AreaCode: u.AreaCode}, err
}

func (b below) AreaName(ctx context.Context, _ *db.Tx, code string) (string, error) {
	a, err := b.region.Get(ctx, code)
	if err != nil {
		return "", err
	}
	return a.Name, nil
}

func (b below) Put(ctx context.Context, r io.Reader) (rectify.Photo, error) {
	f, _, err := blob.Ingest(ctx, b.store, r, blob.Rules{Types: blob.Photos, Bytes: rectify.MaxPhoto})
	return rectify.Photo{Ref: f.Key, SHA256: f.Key, MediaType: string(f.Type), Size: f.Size}, err
}

func (b below) Open(ctx context.Context, ref string) (io.ReadCloser, error) {
	return b.store.Open(ctx, ref)
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newBelow(t *testing.T, d *db.DB) below {
	t.Helper()
	box := must[*crypto.Box](t)(crypto.NewBox(must[*crypto.Keys](t)(crypto.NewKeys("aes"))))
	b := below{region: region.New(d), store: must[*blob.Dir](t)(blob.NewDir(t.TempDir()))}
	b.identity = identity.New(d, rectify.Permissions(), identity.Config{Sealer: box})
	b.survey = survey.New(d, box, b.region, b.store, nil)
	return b
}

// TestLoop_RunsOnTheRealNeighbours leads a comment of the survey to the public list, with real areas, units and photos.
func TestLoop_RunsOnTheRealNeighbours(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		b := newBelow(t, d)
		opinions := opinion.New(opinion.Deps{DB: d, Source: b, Areas: b})
		s := rectify.New(rectify.Deps{DB: d, Opinions: opinions, Directory: b, Photos: b, Calendar: workcal.NewSource(workcal.Default())})
		system := auth.System(context.Background(), "test")
		var housing, check identity.Unit
		var wave *survey.Wave
		if err := d.Tx(system, func(tx *db.Tx) (err error) {
			if _, err = b.region.SaveTx(system, tx, []region.Plot{{Code: "32", Name: "江苏省"}, {Code: "3201", Name: "南京市"}, {Code: "320106", Name: "鼓楼区"},
				{Code: "320106001", Name: "宁海路街道"}, {Code: "320106001003", Name: "北京西路社区"}}, time.Time{}); err != nil {
				return err
			}
			unit := func(code, name string) (identity.Unit, error) {
				return b.identity.AddUnitTx(system, tx, identity.Unit{AreaCode: "320106", Code: code, Name: name, Kind: identity.Department, Level: "district", Active: true})
			}
			if housing, err = unit("housing", "区房产局"); err != nil {
				return err
			}
			if check, err = unit("check_team", "核查队"); err != nil {
				return err
			}
			if wave, err = b.survey.CreateWaveTx(system, tx, survey.NewWave{Area: "320106", Code: "2026H2", Name: "2026年下半年", Period: "2026H2"}); err != nil {
				return err
			}
			return b.survey.InsertCommentsTx(system, tx, wave.ID, []survey.NewComment{{Comment: survey.Comment{Street: "320106001", Community: "320106001003",
				Group: "elder", Channel: survey.Online, Text: "物业不管，楼道灯坏了两个月，打13812345678"}}})
		}); err != nil {
			t.Fatal(err)
		}
		if n := must[int](t)(opinions.LoadComments(system, wave.ID)); n != 1 {
			t.Fatalf("%d comments", n)
		}
		proposals, err := opinions.Comments(system, opinion.CommentFilter{WaveID: wave.ID}, httpx.PageIn{Limit: 10})
		if err != nil || proposals.Items[0].Text != "物业不管，楼道灯坏了两个月，打〔电话〕" || proposals.Items[0].AreaName != "北京西路社区" {
			t.Fatalf("%+v, %v", proposals, err)
		}
		id := proposals.Items[0].ID
		must[*opinion.Comment](t)(opinions.Confirm(system, id, []string{"04"}, 1))
		i := must[*rectify.Item](t)(s.Merge(system, []string{id}, rectify.Plan{Title: "楼道灯两个月未修", Field: "04", AreaCode: "320106001003"}))
		if i.No != "2026H2-宁海路-0001" || i.Lead.Name != "区房产局" {
			t.Errorf("number %s, lead %s", i.No, i.Lead.Name)
		}
		clerk := member("clerk", housing.ID, rectify.PermRead, rectify.PermAnswer, rectify.PermDo)
		verifier := member("verifier", check.ID, rectify.PermRead, rectify.PermVerify)
		act := func(ctx context.Context, a rectify.Action, m rectify.Move) {
			t.Helper()
			m.Version = i.Version
			i = must[*rectify.Item](t)(s.Act(ctx, i.ID, a, m))
		}
		act(system, rectify.ActConfirm, rectify.Move{})
		act(system, rectify.ActIssue, rectify.Move{})
		act(clerk, rectify.ActAnswer, rectify.Move{Measure: "更换", PromisedAt: clock.Ptr(testkit.Epoch.Add(48 * time.Hour))})
		act(clerk, rectify.ActStart, rectify.Move{})
		if _, err := s.AddEvidence(clerk, i.ID, rectify.Before, "", bytes.NewReader([]byte("<svg onload=alert(1)>"))); err == nil {
			t.Error("a text was taken for a photo")
		}
		for n, phase := range []string{rectify.Before, rectify.After} {
			must[*rectify.Evidence](t)(s.AddEvidence(clerk, i.ID, phase, "", bytes.NewReader(photo(t, uint8(n)))))
		}
		act(clerk, rectify.ActDone, rectify.Move{Result: rectify.Resolved, Outcome: "已更换"})
		act(verifier, rectify.ActVerify, rectify.Move{Note: "现场亮灯"})
		act(system, rectify.ActTell, rectify.Move{Reply: "楼道灯已修好"})
		editor := member("editor", check.ID, rectify.PermRead, rectify.PermPage)
		v := must[*rectify.PageView](t)(s.PageOf(editor, i.ID))
		v = must[*rectify.PageView](t)(s.WritePage(editor, i.ID, v.PageTexts, 0))
		for _, shot := range v.Shots {
			v = must[*rectify.PageView](t)(s.DecideShot(editor, i.ID, shot.EvidenceID, rectify.ShotChoice{Version: v.Version, Shown: true}))
		}
		v = must[*rectify.PageView](t)(s.SubmitPage(editor, i.ID, v.Version))
		i = &v.Item
		act(system, rectify.ActPublish, rectify.Move{PageVersion: v.Version})
		public, err := s.Public(context.Background(), rectify.PublicFilter{WaveID: wave.ID, Street: "320106001"}, httpx.PageIn{Limit: 10})
		if err != nil || public.Total != 1 || len(public.Items[0].Photos) != 2 {
			t.Fatalf("%+v, %v", public, err)
		}
		e, r, err := s.OpenPublic(context.Background(), i.ID, public.Items[0].Photos[0].ID)
		if err != nil || e.MediaType != "image/jpeg" {
			t.Fatalf("%+v, %v", e, err)
		}
		if _, err := jpeg.Decode(r); err != nil {
			t.Errorf("the stored photo: %v", err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func member(name, unit string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: name, Name: name, UnitID: unit, Areas: []string{"320106"}, Permissions: map[string]bool{}}
	for _, x := range permissions {
		p.Permissions[x] = true
	}
	return auth.With(context.Background(), p)
}

func photo(t *testing.T, shade uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 8, 8))
	m.SetGray(1, 1, color.Gray{shade + 100})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
