package cases

import "encoding/json"

const requestColumns = `id, case_id, kind, state, ground, note, amount, unit_id, unit_name, area_code, asked_by, asked_at, decided_by, decided_at, answer,
	review_at, reviews, ended_at`

// rows adds the values of everything a tale left behind, by table in the order of Store.
func (b *Tale) rows(all *[7][][]any) error {
	all[0] = append(all[0], b.Case.row())
	for i := range b.history {
		h := &b.history[i]
		if h.Detail.V == nil {
			h.Detail.V = map[string]any{}
		}
		detail, err := json.Marshal(h.Detail.V)
		if err != nil {
			return err
		}
		all[1] = append(all[1], []any{h.ID, h.CaseID, h.At, h.ActorID, h.ActorName, h.ActorUnit, h.Action, h.From, h.To, h.Level, h.ForUnit, h.ForName,
			h.Ground, h.Note, h.Visibility, string(detail)})
	}
	for _, k := range b.clocks {
		all[2] = append(all[2], k.row())
	}
	for i := range b.reporters {
		r := &b.reporters[i]
		all[3] = append(all[3], []any{r.ID, r.CaseID, r.Channel, r.SourceNumber, r.Anonymous, r.Name, r.Phone, r.PhoneIndex, r.Words, r.Token, r.WantsReply, r.UserID, r.At})
	}
	for i := range b.evidence {
		e := &b.evidence[i]
		all[4] = append(all[4], e.row())
	}
	for i := range b.parts {
		p := &b.parts[i]
		all[5] = append(all[5], []any{p.ID, p.CaseID, p.UnitID, p.UnitName, p.Task, p.Required, p.Origin, p.State, p.DueAt, p.Result, p.Outcome, p.CreatedAt,
			p.SignedAt, p.DoneAt, p.Version})
	}
	for i := range b.requests {
		r := &b.requests[i]
		all[6] = append(all[6], []any{r.ID, r.CaseID, r.Kind, r.State, r.Ground, r.Note, r.Amount, r.UnitID, r.UnitName, r.AreaCode, r.AskedBy, r.AskedAt,
			r.DecidedBy, r.DecidedAt, r.Answer, r.ReviewAt, r.Reviews, r.EndedAt})
	}
	return nil
}

func (e *Evidence) row() []any {
	return []any{e.ID, e.CaseID, e.PartID, e.Phase, e.Ref, e.SHA256, e.MediaType, e.Size, e.Look, e.Caption, e.Public, e.ByID, e.ByName,
		e.ByUnit, e.At, e.TakenAt, e.TakenLat, e.TakenLon, e.Distance}
}
