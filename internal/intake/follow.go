package intake

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
)

// Followed is a case as somebody who reported it sees it: what happens and by whom, without notes of the administration.
type Followed struct {
	Number       string       `json:"number"`
	Title        string       `json:"title"`
	Text         string       `json:"text" doc:"What this person said, masked"`
	CategoryName string       `json:"category_name,omitempty"`
	AreaName     string       `json:"area_name"`
	Address      string       `json:"address,omitempty"`
	State        cases.State  `json:"state"`
	StateName    string       `json:"state_name"`
	UnitName     string       `json:"unit_name,omitempty" doc:"Who deals with it"`
	Voices       int          `json:"voices"`
	MergedFrom   string       `json:"merged_from,omitempty" doc:"Number this person was given, if the report goes on under another one"`
	ReportedAt   clock.Time   `json:"reported_at"`
	ExpectedAt   *clock.Time  `json:"expected_at,omitempty"`
	Paused       bool         `json:"paused"`
	Steps        []Step       `json:"steps" doc:"Oldest first"`
	Reply        string       `json:"reply,omitempty"`
	Result       cases.Result `json:"result,omitempty"`
	Before       []string     `json:"before" doc:"Addresses of photos, good for a few minutes"`
	After        []string     `json:"after"`
	Question     *Question    `json:"question,omitempty" doc:"What the unit asks this person for; the clock stands still until the answer"`
	Asks         bool         `json:"asks" doc:"The ending waits for this person's answer"`
	CanAppeal    bool         `json:"can_appeal"`
	CanComplain  bool         `json:"can_complain"`
	CanComment   bool         `json:"can_comment"`
}

// Question is something only those who reported know.
type Question struct {
	Text  string      `json:"text" doc:"What is asked"`
	At    clock.Time  `json:"at"`
	Until *clock.Time `json:"until,omitempty" doc:"When the unit goes on without an answer"`
}

// Step is one step that those who reported are told.
type Step struct {
	At     clock.Time `json:"at"`
	Action string     `json:"action"`
	Name   string     `json:"name"`
	Note   string     `json:"note,omitempty"`
}

// Follow shows the case to whoever holds its code. Wrong codes are bounded per network, so that nobody tries them out.
func (s *Service) Follow(ctx context.Context, address, code string) (out *Followed, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, c, err := s.byCode(ctx, tx, address, code)
		if err != nil {
			return err
		}
		out, err = s.followed(ctx, tx, r, c)
		return err
	})
	return out, err
}

func (s *Service) byCode(ctx context.Context, tx *db.Tx, address, code string) (*cases.Reporter, *cases.Case, error) {
	network := httpx.Network(address)
	if !s.asks.Allow(network) {
		return nil, nil, errs.TooMany("intake.too_many_codes", "Many codes were tried from this network; try again in a few minutes.")
	}
	r, c, err := s.Cases.ByCodeTx(ctx, tx, code)
	if errs.KindOf(err) == errs.KindNotFound && !s.wrong.Allow(network) {
		return nil, nil, errs.TooMany("intake.too_many_codes", "Many codes were tried from this network; try again in a few minutes.")
	}
	return r, c, err
}

func (s *Service) followed(ctx context.Context, tx *db.Tx, r *cases.Reporter, c *cases.Case) (*Followed, error) {
	d, err := s.Cases.DetailTx(asResident(ctx), tx, c.ID)
	if err != nil {
		return nil, err
	}
	f := &Followed{Number: c.Number, Title: c.Title, Text: r.Words, CategoryName: c.CategoryName, AreaName: c.AreaName, Address: c.Address, State: c.State,
		StateName: residentState(c), Voices: c.Voices, ReportedAt: r.At, ExpectedAt: expected(c), Paused: c.Paused, Reply: c.Reply, Result: c.Result,
		Steps: steps(d.History, r), CanComment: c.EndedAt == nil || c.State == cases.Closed}
	if c.LeadName != "" {
		f.UnitName = c.LeadName
	}
	if ended := c.EndedAt != nil || c.State == cases.Closed; !ended {
		f.Reply, f.Result = "", "" // of an earlier round
	}
	if first, err := s.Cases.FirstReporterTx(ctx, tx, c.ID); err != nil {
		return nil, err
	} else if first != r.ID { // joined later: sees of the first report what anybody nearby sees
		f.Title, f.Address = openTitle(c), mask.Public(c.Address)
	}
	if r.CaseID != c.ID {
		for _, m := range d.Merged {
			if m.ID == r.CaseID {
				f.MergedFrom = m.Number
			}
		}
	}
	f.Question = question(d)
	if f.Asks, err = s.Cases.AskedTx(ctx, tx, r, c); err != nil {
		return nil, err
	}
	within := c.ClosedAt == nil && c.EndedAt == nil || c.ClosedAt != nil && tx.Now().Sub(c.ClosedAt.Time) <= window || c.ClosedAt == nil && tx.Now().Sub(c.EndedAt.Time) <= window
	f.CanAppeal = c.State == cases.Rejected && within
	f.CanComplain = (c.State == cases.Closed || c.State == cases.Archived || c.State == cases.SelfClosed) && within
	f.Before, f.After = s.shownPhotos(tx, r, d)
	return f, nil
}

// window is how long after the end a case can be taken up again (rule 2 of the domain: 30 days).
const window = 30 * 24 * time.Hour

// question is what the case waits for, nil if it waits for nobody who reported.
func question(d *cases.Detail) *Question {
	if d.State != cases.Awaiting {
		return nil
	}
	var q *Question
	for _, h := range d.History {
		if h.Action == "ask_reporter" {
			q = &Question{Text: h.Note, At: h.At}
		}
	}
	for i := range d.Requests {
		if r := &d.Requests[i]; q != nil && r.Kind == cases.Waiting && r.State == cases.RequestApproved {
			q.Until = r.ReviewAt
		}
	}
	return q
}

// residentState names a state in words that need no knowledge of the administration.
func residentState(c *cases.Case) string {
	switch c.State {
	case cases.Returned, cases.Adjudicating, cases.Filed:
		return "正在确定承办单位"
	case cases.Dispatched, cases.Signed:
		return "已交承办单位"
	case cases.Checking, cases.Checked:
		return "已处置，正在核查"
	case cases.Closed:
		return "已办结，请您评价"
	case cases.Archived, cases.SelfClosed, cases.ForceClosed:
		return "已办结"
	case cases.Awaiting:
		return "等您补充情况"
	case cases.Void:
		return "已作废"
	}
	return c.StateName
}

// told are the steps that those who reported are told, in their words.
var told = map[string]string{"report": "收到反映", "inspect": "派网格员核实", "accept": "已受理", "confirm": "核实属实，已受理", "reject": "不予受理", "appeal": "您提出申诉，重新受理",
	"self_handle": "网格员当场办结", "file": "已立案", "dispatch": "已交承办单位", "adjudicate": "研判后确定承办单位", "sign": "承办单位已签收", "handle": "处置完成，等待核查",
	"verify": "核查通过", "rework": "核查未通过，退回重办", "close": "已办结", "extend": "办理时限延长", "suspend": "因客观原因暂缓办理", "resume": "恢复办理", "reopen": "重新办理",
	"complain": "反映没有解决，重新办理", "merge_in": "与同类反映合并办理", "unmerge_in": "与另一反映分开办理", "unmerge": "与另一反映分开办理", "ask_reporter": "请您补充情况", "supplement": "您已补充情况", "go_on": "继续办理", "support": "又有居民反映同一问题", "answer": "收到评价", "force_close": "已办结", "void": "已作废"}

// steps keeps what is told; the notes of the administration stay inside, words meant for those who reported go along.
// Several people may follow one case: what another one of them wrote is for the administration, and what the
// administration wrote before this person came is for those it answered.
func steps(history []cases.History, r *cases.Reporter) []Step {
	out := []Step{}
	for _, h := range history {
		name, ok := told[h.Action]
		if h.Action == "comment" {
			ok = h.Visibility == cases.ForPublic || h.Visibility == cases.ForReporter && forThem(&h, r)
		}
		if !ok {
			continue
		}
		st := Step{At: h.At, Action: h.Action, Name: name}
		switch h.Action {
		case "dispatch", "adjudicate", "sign":
			st.Note = h.ForName
		case "ask_reporter":
			st.Note = h.Note
		case "comment":
			st.Note = h.Note
			if h.ActorID != "reporter" {
				st.Name = "工作人员留言"
			} else {
				st.Name = "反映人留言"
			}
		}
		out = append(out, st)
	}
	return out
}

// forThem reports words between this person and the administration.
func forThem(h *cases.History, r *cases.Reporter) bool {
	if h.ActorID == "reporter" {
		return h.Detail.V["reporter"] == r.ID
	}
	return h.ID > r.ID // ids sort by their time
}

// linkLife is how long the address of a photo is good.
const linkLife = 15 * time.Minute

// shownPhotos returns addresses of the photos this person may see: its own, and those of the work that staff opened to
// those who reported, once it is done.
func (s *Service) shownPhotos(tx *db.Tx, r *cases.Reporter, d *cases.Detail) (before, after []string) {
	before, after = []string{}, []string{}
	first := map[string]string{}
	for _, k := range d.Reporters {
		if first[k.CaseID] == "" {
			first[k.CaseID] = k.ID
		}
	}
	done := d.HandledAt != nil && (d.EndedAt != nil || d.State == cases.Closed)
	for _, e := range d.Evidence {
		own := e.Phase == cases.PhaseReport && e.ByID == "" && e.CaseID == r.CaseID && first[e.CaseID] == r.ID
		switch {
		case own || e.Public && (e.Phase == cases.PhaseBefore || e.Phase == cases.PhaseReport):
			before = append(before, s.photoLink(tx, d.ID, e.ID))
		case e.Public && e.Phase == cases.PhaseAfter && done:
			after = append(after, s.photoLink(tx, d.ID, e.ID))
		}
	}
	return before, after
}

// photoLink is an address that opens one photo for a few minutes; it holds no code.
func (s *Service) photoLink(tx *db.Tx, id, photo string) string {
	what := fmt.Sprintf("%s.%s.%d", id, photo, tx.Now().Add(linkLife).Unix())
	return "/api/v1/public/report-photos/" + what + "." + s.Box.BlindIndex("intake.photo", what)
}

// OpenPhoto opens a photo by the address that Follow gave out, while it is good. The caller closes it.
func (s *Service) OpenPhoto(ctx context.Context, link string) (*cases.Evidence, io.ReadCloser, error) {
	gone := errs.NotFound("intake.link_over", "This address of a photo is not good any more; open the report again.")
	what, mac, ok := cutLast(link)
	parts := strings.Split(what, ".")
	if !ok || len(parts) != 3 || s.Box.BlindIndex("intake.photo", what) != mac {
		return nil, nil, gone
	}
	until, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || s.DB.Clock().Now().Unix() > until {
		return nil, nil, gone
	}
	return s.Cases.OpenEvidence(asResident(ctx), parts[0], parts[1])
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}
