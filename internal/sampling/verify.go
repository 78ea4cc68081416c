package sampling

import (
	"context"
	"fmt"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Verification is what drawing again found.
type Verification struct {
	WaveID     string  `json:"wave_id"`
	Good       bool    `json:"good" doc:"every check passed"`
	Checks     []Check `json:"checks"`
	ListHash   string  `json:"list_hash" doc:"of the list on record"`
	Repeated   string  `json:"repeated" doc:"of the list drawn again"`
	Drawn      int     `json:"drawn"`
	Reserves   int     `json:"reserves"`
	FirstWrong int     `json:"first_wrong,omitempty" doc:"place of the first stored row that is not what was drawn"`
}

// Check is one thing that was looked at.
type Check struct {
	Name    string `json:"name" enum:"seed,frames,plan,list,rows"`
	Good    bool   `json:"good"`
	Message string `json:"message" doc:"what was found, for a person"`
}

// Verify draws the sample of a wave again, from the frames, the design and the seed on record, and compares. Needs PermRead over its
// district; NotFound when nothing was drawn.
func (s *Service) Verify(ctx context.Context, waveID string) (v *Verification, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		d, err := s.drawFor(ctx, tx, waveID, PermRead)
		if err != nil {
			return err
		}
		if d.State != DrawDone {
			return errs.NotFound("sampling.not_drawn", "The sample of this wave is not drawn yet.")
		}
		v = &Verification{WaveID: waveID, ListHash: d.ListHash, Checks: []Check{}}
		return s.verify(ctx, tx, d, v)
	})
	return v, err
}

func (v *Verification) check(name string, good bool, yes, no string) bool {
	message := yes
	if !good {
		message = no
	}
	v.Checks = append(v.Checks, Check{Name: name, Good: good, Message: message})
	v.Good = good && (v.Good || len(v.Checks) == 1)
	return good
}

func (s *Service) verify(ctx context.Context, tx *db.Tx, d *Draw, v *Verification) error {
	_, err := s.openSeed(d)
	if !v.check("seed", err == nil, "种子的摘要与抽样前公布的一致", "种子的摘要与抽样前公布的不一致") {
		return nil
	}
	w, err := s.surveys.WaveTx(ctx, tx, d.WaveID)
	if err != nil {
		return err
	}
	plan := w.Plan.V.Sampling
	if !v.check("plan", w.PlanHash == w.Plan.V.Hash() && plan != nil && plan.SeedDigest == d.SeedDigest && plan.FrameHash == d.Design.V.FrameHash && plan.UnitFrameHash == d.Design.V.UnitFrameHash,
		"冻结的方案未变，写有同一种子摘要和名册哈希", "冻结的方案与抽样记录不符") {
		return nil
	}
	again := *d
	list, err := s.repeat(ctx, tx, &again, w.Plan.V.Streets())
	if errs.CodeOf(err) == "sampling.frame_altered" || errs.CodeOf(err) == "sampling.cannot_draw" {
		v.check("frames", false, "", "名册与封存时的哈希不符，无法重抽："+err.Error())
		return nil
	} else if err != nil {
		return err
	}
	v.check("frames", true, "名册与封存时的哈希一致", "")
	v.Repeated, v.Drawn, v.Reserves = again.ListHash, again.Drawn, again.Reserves
	v.check("list", again.ListHash == d.ListHash, fmt.Sprintf("重抽得到同一名单：%d户（家）正选，%d户（家）备用", again.Drawn, again.Reserves), "重抽得到的名单与记录不同")
	if v.FirstWrong, err = compareRows(ctx, tx, d, list); err != nil {
		return err
	}
	v.check("rows", v.FirstWrong == 0, "库中每一行都与抽中的一致", fmt.Sprintf("库中第%d号与抽中的不一致", v.FirstWrong))
	return nil
}

// compareRows returns the place of the first stored invitation that is not what was drawn, 0 when all are. The weight of a reserve
// that was released is that of the household it stands for.
func compareRows(ctx context.Context, tx *db.Tx, d *Draw, list []pick) (int, error) {
	wrong, n := 0, 0
	frames := map[FrameKind]string{Households: d.FrameID, Units: d.UnitFrameID}
	type row struct {
		Invitation
		Reserve bool `db:"reserve"`
	}
	err := db.Each(ctx, tx, "SELECT "+invitationColumns+", i.reserve FROM invitation i WHERE i.draw_id = $1 ORDER BY i.place", []any{d.ID}, func(r *row) error {
		n++
		if wrong > 0 {
			return nil
		}
		if n > len(list) || r.Place != n {
			wrong = n
			return nil
		}
		p := &list[n-1]
		same := r.Street == p.street && r.Community == p.community && r.Block == p.block && r.Group == p.group && r.FrameID == frames[p.frame] && r.Member == p.member &&
			r.Sheet == p.sheet && r.Reserve == p.reserve && (r.Weight == p.weight || r.Reserve && r.Replaces != "")
		if !same {
			wrong = n
		}
		return nil
	})
	if wrong == 0 && n < len(list) {
		wrong = n + 1
	}
	return wrong, err
}
