package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/rectify"
)

// planLists plans the reverse lists: after every batch the items that were issued are put on a list, approved by the leader and signed for
// by the units; at the end one list waits for approval. It also plans what meetings, letter boxes and the hotline said.
func (l *loader) planLists() {
	for n, r := range l.rounds {
		for k, b := range r.batches {
			at := l.days.after(b.to, 1).Add(10 * time.Hour)
			laggards := 1.0
			if n == len(l.rounds)-2 && k == len(r.batches)-1 { // under way: two days ago, so that some have not signed
				at, laggards = l.days.after(l.end, -2).Add(15*time.Hour), 0.5
			}
			l.planList(r, at, laggards)
		}
		if n == len(l.rounds)-2 {
			l.atWhole(midnight(l.end).Add(9*time.Hour+20*time.Minute), func(ctx context.Context) error { return l.draftLast(ctx, r) })
		}
		if r.scored.IsZero() {
			l.atWhole(midnight(l.end).Add(9*time.Hour), func(ctx context.Context) error { return l.collectOpinions(ctx, r) })
		}
	}
}

// issuedItems are the items of a wave that are with a unit or further, and stand on no list that was made here.
func (l *loader) issuedItems(ctx context.Context, r *round, listed map[string]bool) (items []string, err error) {
	for page := (httpx.PageIn{Limit: 200}); ; {
		list, err := l.Rectify.List(ctx, rectify.Filter{WaveID: r.id, Set: "issued"}, page)
		if err != nil {
			return nil, err
		}
		for _, i := range list.Items {
			if !listed[i.ID] {
				listed[i.ID] = true
				items = append(items, i.ID)
			}
		}
		if page.Cursor = list.NextCursor; page.Cursor == "" {
			return items, nil
		}
	}
}

// planList plans one list from its draft to the signatures; laggards is the share of the late ones who sign in the end.
func (l *loader) planList(r *round, at time.Time, laggards float64) {
	if r.listed == nil {
		r.listed = map[string]bool{}
	}
	var id string
	l.atWhole(at, func(ctx context.Context) error {
		items, err := l.issuedItems(l.as(ctx, "lead"), r, r.listed)
		if err != nil || len(items) == 0 {
			return err
		}
		id, err = l.sendList(ctx, r, items)
		return err
	})
	for n, wait := range []time.Duration{4 * slot, 9 * slot, 75 * slot} { // most within the hours, some a day later
		l.at(at.Add(wait), func(ctx context.Context, tx *db.Tx) error {
			if id == "" {
				return nil
			}
			return l.signSome(ctx, tx, id, []float64{0.55, 0.6, laggards}[n])
		})
	}
}

func (l *loader) sendList(ctx context.Context, r *round, items []string) (string, error) {
	lead, leader := l.as(ctx, "lead"), l.as(ctx, "leader")
	list, err := l.Rectify.DraftList(lead, rectify.NewList{WaveID: r.id, Area: gulou, Items: items})
	if err != nil {
		return "", err
	}
	if list, err = l.Rectify.SubmitList(lead, list.ID, "本批问题已逐项核对地点和责任单位，请审批。", list.Version); err != nil {
		return "", err
	}
	detail, err := l.Rectify.ReverseList(leader, list.ID, "zh")
	if err != nil {
		return "", err
	}
	if list, err = l.Rectify.DecideList(leader, list.ID, rectify.ListDecision{Approve: true, Answer: "同意，请各单位按期整改。", Hash: detail.Editions[0].ContentHash, Version: list.Version}); err != nil {
		return "", err
	}
	list, err = l.Rectify.IssueList(lead, list.ID, list.Version)
	if err != nil {
		return "", err
	}
	return list.ID, nil
}

// signSome lets a share of the units that have not signed do so; units without an account sign on paper.
func (l *loader) signSome(ctx context.Context, tx *db.Tx, id string, share float64) error {
	detail, err := l.Rectify.ReverseListTx(l.as(ctx, "lead"), tx, id, "zh")
	if err != nil {
		return err
	}
	rnd := l.rand("sign " + detail.No + fmt.Sprint(detail.Counts.Signed))
	for _, r := range detail.Receipts {
		if r.SignedAt != nil || !chance(rnd, share) {
			continue
		}
		who, signature := l.as(ctx, "lead"), rectify.Signature{OnBehalf: true, Note: "单位办公室纸质签收"}
		if p := l.signer(r.UnitID); p != nil {
			who, signature = auth.With(ctx, p), rectify.Signature{}
		}
		if _, err := l.Rectify.SignTx(who, tx, id, r.ID, signature, "zh"); err != nil {
			return err
		}
	}
	return nil
}

// signer is the account of a unit that signs for it, the first by name; nil if it has none.
func (l *loader) signer(unit string) (who *auth.Principal) {
	first := ""
	for name, p := range l.actors {
		if p.UnitID == unit && p.Has(rectify.PermAnswer) && (who == nil || name < first) {
			who, first = p, name
		}
	}
	return who
}

// draftLast makes the list of what is confirmed and not issued, which waits for the leader, and a file that waits with it.
func (l *loader) draftLast(ctx context.Context, r *round) error {
	lead := l.as(ctx, "lead")
	list, err := l.Rectify.DraftList(lead, rectify.NewList{WaveID: r.id, Area: gulou})
	if err != nil {
		return err
	}
	detail, err := l.Rectify.ReverseList(lead, list.ID, "zh")
	if err != nil {
		return err
	}
	if detail.Counts.Items == 0 {
		_, err = l.Rectify.DropList(lead, list.ID, list.Version)
		return err
	}
	if _, err = l.Rectify.SubmitList(lead, list.ID, "本批为最后一批，请审批后下发。", list.Version); err != nil {
		return err
	}
	_, err = l.Rectify.AskExport(lead, list.ID, rectify.NewListExport{Format: "docx", Purpose: "提交区考评领导小组会议审议"})
	return err
}

// where opinions beside the survey were given, by source.
var occasions = map[string][]string{
	opinion.FromMeeting:  {"十一月网格生活会", "小区协商议事会", "社区居民代表会"},
	opinion.FromHotline:  {"12345 高频诉求汇总"},
	opinion.FromLetter:   {"社区意见箱", "街道主任信箱"},
	opinion.FromPetition: {"书记接访日", "网格入户走访"},
}

// collectOpinions imports a file of what was said elsewhere in the wave that is in fieldwork; one row of it is wrong.
func (l *loader) collectOpinions(ctx context.Context, r *round) error {
	rnd := l.rand("collected " + r.code)
	var b strings.Builder
	b.WriteString("日期,街道,社区,来源,场合,编号,反映人数,意见内容\n")
	names := map[string]string{opinion.FromMeeting: "会议", opinion.FromHotline: "热线", opinion.FromLetter: "信箱", opinion.FromPetition: "走访"}
	for n := range max(12, l.scale.comments/60) {
		m := l.newMatter(rnd, l.grammar.of(fieldShares[rnd.IntN(len(fieldShares))].code), map[string]bool{})
		source := weighted(rnd, opinion.Sources, func(s string) float64 {
			return map[string]float64{"meeting": 5, "hotline": 3, "letter": 2, "petition": 2}[s]
		})
		number := ""
		if source == opinion.FromHotline {
			number = fmt.Sprintf("RX%06d", 1000+n)
		}
		community := m.community.name
		if n == 7 {
			community = "光明里社区" // there is none
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s,%d,%s\n", l.saidOn(rnd), m.street.name, community, names[source], pick(rnd, occasions[source]), number, 1+rnd.IntN(9), l.grammar.complain(rnd, m.kind, m.place))
	}
	_, err := l.Opinions.Import(l.as(ctx, "lead"), strings.NewReader(b.String()), opinion.ImportOptions{WaveID: r.id, Source: opinion.FromMeeting, Area: gulou, FileName: "十一月会议与信箱意见.csv"})
	return err
}

// saidOn draws a day of the last four weeks.
func (l *loader) saidOn(rnd *rand.Rand) string {
	return l.end.AddDate(0, 0, -1-rnd.IntN(28)).In(clock.Nanjing).Format(time.DateOnly)
}
