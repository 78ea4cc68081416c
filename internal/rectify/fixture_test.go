package rectify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/workcal"
)

// The survey, identity and region below this module, reduced to what a test needs.
type ground struct {
	mu     sync.Mutex
	raw    map[string][]opinion.RawComment // by wave
	photos map[string][]byte
}

var (
	testAreas = map[string]string{"320106": "鼓楼区", "320106001": "宁海路街道", "320106001003": "北京西路社区", "320106001004": "天津新村社区", "320106002": "华侨路街道", "320106002001": "五台山社区"}
	testUnits = map[string]Unit{
		"u-office":  {"u-office", "district_command", "考评办", "320106", false},
		"u-housing": {"u-housing", "housing", "区房产局", "320106", false},
		"u-urban":   {"u-urban", "urban_mgmt", "区城管局", "320106", false},
		"u-check":   {"u-check", "audit", "核查队", "320106", false},
		"u-st1":     {"u-st1", "street", "宁海路街道办", "320106001", false},
		"u-st1-law": {"u-st1-law", "street_enforce", "宁海路执法队", "320106001", false},
		"u-st2":     {"u-st2", "street", "华侨路街道办", "320106002", false},
		"u-closed":  {"u-closed", "closed", "原区拆迁办", "320106", true},
	}
)

func (g *ground) Comments(_ context.Context, _ *db.Tx, waveID, after string, limit int) ([]opinion.RawComment, error) {
	var out []opinion.RawComment
	for _, r := range g.raw[waveID] {
		if r.ID > after && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, nil
}

func (g *ground) Wave(_ context.Context, _ *db.Tx, id string) (opinion.Wave, error) {
	if id != "w1" && id != "w2" {
		return opinion.Wave{}, errs.NotFound("survey.no_wave", "There is no such wave.")
	}
	return opinion.Wave{ID: id, Code: map[string]string{"w1": "2026H1", "w2": "2026H2"}[id], Name: id}, nil
}

func (g *ground) Unit(_ context.Context, _ *db.Tx, id string) (Unit, error) {
	if u, ok := testUnits[id]; ok {
		return u, nil
	}
	return Unit{}, errs.NotFound("identity.no_unit", "There is no such unit.")
}

func (g *ground) UnitFor(_ context.Context, _ *db.Tx, code, area string) (Unit, error) {
	best := Unit{}
	for _, u := range testUnits {
		if u.Code == code && strings.HasPrefix(area, u.AreaCode) && len(u.AreaCode) > len(best.AreaCode) {
			best = u
		}
	}
	if best.ID == "" {
		return best, errs.NotFound("identity.no_unit", "There is no such unit.")
	}
	return best, nil
}

func (g *ground) AreaName(_ context.Context, _ *db.Tx, code string) (string, error) {
	if n, ok := testAreas[code]; ok {
		return n, nil
	}
	return "", errs.NotFound("region.not_found", "There is no such area.")
}

func (g *ground) Put(_ context.Context, r io.Reader) (Photo, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Photo{}, err
	}
	sum := sha256.Sum256(data)
	ref := hex.EncodeToString(sum[:])
	g.mu.Lock()
	defer g.mu.Unlock()
	g.photos[ref] = data
	return Photo{ref, ref, "image/png", int64(len(data))}, nil
}

func (g *ground) Open(_ context.Context, ref string) (io.ReadCloser, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return io.NopCloser(bytes.NewReader(g.photos[ref])), nil
}

// world is a service with comments c001… of wave w1 in the first community, and people of every role.
type world struct {
	*Service
	ground *ground
	t      *testing.T
}

func newWorld(t *testing.T, d *db.DB, texts ...string) *world {
	t.Helper()
	g := &ground{raw: map[string][]opinion.RawComment{}, photos: map[string][]byte{}}
	for n, text := range texts {
		g.raw["w1"] = append(g.raw["w1"], opinion.RawComment{ID: fmt.Sprintf("c%03d", n+1), AreaCode: "320106001003", Group: "elder", Channel: "online",
			Text: text, Day: clock.At(time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC))})
	}
	opinions := opinion.New(opinion.Deps{DB: d, Source: g, Areas: g})
	keys, err := crypto.NewKeys("aes")
	if err != nil {
		t.Fatal(err)
	}
	box, err := crypto.NewBox(keys)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Service: New(Deps{DB: d, Opinions: opinions, Directory: g, Photos: g, Calendar: workcal.NewSource(workcal.Default()), Box: box}), ground: g, t: t}
	if _, err := opinions.LoadComments(w.as("office"), "w1"); err != nil {
		t.Fatal(err)
	}
	return w
}

// all is what the evaluation office may do.
var all = append(opinion.Permissions(), Permissions()...)

// people by name: unit, areas, permissions.
var people = map[string]auth.Principal{
	"office":  person("u-office", "320106", all...),
	"reader":  person("u-office", "320106", PermRead),
	"housing": person("u-housing", "320106", PermRead, PermAnswer, PermDo),
	"urban":   person("u-urban", "320106", PermRead, PermAnswer, PermDo),
	"street1": person("u-st1", "320106001", PermRead, PermAnswer, PermDo),
	"street2": person("u-st2", "320106002", PermRead, PermAnswer, PermDo),
	"check":   person("u-check", "320106", PermRead, PermVerify),
	"check2":  person("u-check", "320106002", PermRead, PermVerify),
	"insider": person("u-housing", "320106", PermRead, PermVerify),
	"code2":   person("u-office", "320106002", all...),
	"nobody":  person("u-office", "320106"),
	"editor":  person("u-office", "320106", PermRead, PermPage),
	"editor2": person("u-office", "320106002", PermRead, PermPage),
}

func person(unit, area string, permissions ...string) auth.Principal {
	p := auth.Principal{UnitID: unit, Areas: []string{area}, Permissions: map[string]bool{}}
	for _, x := range permissions {
		p.Permissions[x] = true
	}
	return p
}

func (w *world) as(name string) context.Context {
	p, ok := people[name]
	if !ok {
		w.t.Fatalf("nobody is called %s", name)
	}
	p.UserID, p.Name = "user-"+name, name
	return auth.With(context.Background(), &p)
}

func (w *world) ok(i *Item, err error) *Item {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// free confirms comments c001… for a field and returns their ids.
func (w *world) free(field string, n int) []string {
	w.t.Helper()
	var ids []string
	for k := range n {
		id := fmt.Sprintf("c%03d", k+1)
		if _, err := w.opinions.Confirm(w.as("office"), id, []string{field}, 1); err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// photos adds one photo of each phase as the lead unit.
func (w *world) shoot(i *Item, who string) {
	w.t.Helper()
	for _, phase := range []string{Before, After} {
		if _, err := w.AddEvidence(w.as(who), i.ID, phase, "", strings.NewReader(phase+i.ID)); err != nil {
			w.t.Fatal(err)
		}
	}
}

var moves = map[Action]struct {
	who string
	m   Move
}{
	ActConfirm:   {"office", Move{}},
	ActIssue:     {"office", Move{Note: "再发"}},
	ActAnswer:    {"housing", Move{Measure: "更换灯头和线路", PromisedAt: clock.Ptr(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))}},
	ActReturn:    {"housing", Move{Ground: "not_our_duty", Note: "《条例》第三条"}},
	ActStart:     {"housing", Move{}},
	ActDone:      {"housing", Move{Result: Resolved, Outcome: "已更换"}},
	ActVerify:    {"check", Move{Note: "现场亮灯"}},
	ActRework:    {"check", Move{Note: "三楼未亮"}},
	ActTell:      {"office", Move{Reply: "您反映的楼道灯已修好"}},
	ActPublish:   {"office", Move{}},
	ActWithdraw:  {"office", Move{Note: "合并有误"}},
	ActRetract:   {"office", Move{Note: "照片看得见门牌"}},
	ActSupervise: {"office", Move{Note: "区领导批示"}},

	ActAskExtension:  {"housing", Move{Days: 3, Note: "配件到货晚"}},
	ActAskSuspension: {"housing", Move{Ground: "funds", Note: "需列入明年预算，先挂警示牌"}},
	ActExtend:        {"office", Move{Note: "同意"}},
	ActRefuse:        {"office", Move{Note: "理由不充分"}},
	ActSuspend:       {"office", Move{Note: "同意挂账"}},
	ActReview:        {"office", Move{Note: "预算已上会，继续挂账"}},
	ActResume:        {"office", Move{Note: "资金到位"}},
	ActReply:         {"housing", Move{Note: "本周五前完成"}},
	ActLift:          {"office", Move{Note: "答复属实"}},
	ActAdjudicate:    {"office", Move{LeadUnit: "u-housing", Note: "按职责清单归房产部门"}},
}

func (w *world) act(i *Item, a Action) (*Item, error) {
	return w.actAs(moves[a].who, i, a)
}

func (w *world) actAs(who string, i *Item, a Action) (*Item, error) {
	if a == ActPublish && i.State == Told {
		w.page(i)
		i = w.ok(w.load2(i.ID))
	}
	m := moves[a].m
	m.Version = i.Version
	return w.Act(w.as(who), i.ID, a, m)
}

// path leads from draft to a state.
var path = map[State][]Action{
	Draft: {}, Confirmed: {ActConfirm}, Withdrawn: {ActWithdraw},
	Issued:       {ActConfirm, ActIssue},
	Adjudicating: {ActConfirm, ActIssue, ActReturn, ActIssue, ActReturn},
	Suspended:    {ActConfirm, ActIssue, ActAnswer, ActAskSuspension, ActSuspend},
	Returned:     {ActConfirm, ActIssue, ActReturn},
	Answered:     {ActConfirm, ActIssue, ActAnswer},
	Doing:        {ActConfirm, ActIssue, ActAnswer, ActStart},
	Done:         {ActConfirm, ActIssue, ActAnswer, ActStart, ActDone},
	Rework:       {ActConfirm, ActIssue, ActAnswer, ActStart, ActDone, ActRework},
	Verified:     {ActConfirm, ActIssue, ActAnswer, ActStart, ActDone, ActVerify},
	Told:         {ActConfirm, ActIssue, ActAnswer, ActStart, ActDone, ActVerify, ActTell},
	Published:    {ActConfirm, ActIssue, ActAnswer, ActStart, ActDone, ActVerify, ActTell, ActPublish},
}

// item merges the given free comments and leads the item to a state.
func (w *world) item(to State, comments ...string) *Item {
	w.t.Helper()
	i := w.ok(w.Merge(w.as("office"), comments, Plan{Title: "楼道灯两个月未修", Field: "04", AreaCode: "320106001003", Place: "12幢", LeadUnit: "u-housing", CoUnits: []string{"u-st1"}}))
	for _, a := range path[to] {
		if a == ActDone {
			w.shoot(i, "housing")
		}
		i = w.ok(w.act(i, a))
	}
	if i.State != to {
		w.t.Fatalf("the item is %s, want %s", i.State, to)
	}
	return i
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.CodeOf(err); err == nil || got != code {
		t.Errorf("got %v (%s), want %s", err, got, code)
	}
}
