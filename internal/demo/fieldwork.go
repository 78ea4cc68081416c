package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"yiwang/internal/fieldwork"
	"yiwang/internal/form"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// The drawn who answered are spent with their answers; of the others some were visited or called and never reached, refused, or turned out
// not to belong. In the wave that is under way two interviewers have addresses left, and three papers wait for their second keying.

// onHand is how many open addresses each interviewer has in the wave under way.
const onHand = 24

// drawn are the invitations of a wave by street and group, in the order of the draw.
type drawn map[string][]sampling.Invitation

// readDrawn reads the open invitations of a wave; none when nothing was drawn.
func (l *loader) readDrawn(ctx context.Context, tx *db.Tx, r *round) (drawn, error) {
	list, err := l.Sampling.ListTx(ctx, tx, sampling.Filter{WaveID: r.id, State: sampling.Open})
	out := drawn{}
	for _, inv := range list {
		out[inv.Street+string(inv.Group)] = append(out[inv.Street+string(inv.Group)], inv)
	}
	return out, err
}

// answering picks who of a street and group answers: n of the drawn, spread over the list; nil when fewer were drawn.
func (d drawn) answering(street string, g survey.Group, n int) []sampling.Invitation {
	list := d[street+string(g)]
	if len(list) < n || n == 0 {
		return nil
	}
	out := make([]sampling.Invitation, n)
	for i := range out {
		out[i] = list[i*len(list)/n]
	}
	return out
}

// spend marks the invitations of those who answered, and notes how the interviewers came to them or to nobody.
func (l *loader) spend(ctx context.Context, tx *db.Tx, r *round, m *respondents) error {
	if len(m.drawn) == 0 {
		return nil
	}
	chances := l.rand("attempts " + r.code)
	answered := map[string]survey.Mode{}
	for _, a := range m.answered {
		answered[a.invitation] = a.mode
		if err := l.Sampling.SpendTx(ctx, tx, a.invitation); err != nil {
			return err
		}
	}
	var list []fieldwork.History
	keys := make([]string, 0, len(m.drawn))
	for key := range m.drawn {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		for i := range m.drawn[key] {
			inv := &m.drawn[key][i]
			h := fieldwork.History{InvitationID: inv.ID, Street: inv.Street, Community: inv.Community, Group: inv.Group, Mode: survey.ModeVisit,
				Interviewer: l.actors[fmt.Sprintf("interviewer%02d", 1+i%2)].UserID}
			mode, done := answered[inv.ID]
			switch {
			case done && (mode == survey.ModeVisit || mode == survey.ModePhone):
				h.Mode, h.Tries = mode, l.tries(chances, r, fieldwork.Complete)
			case done:
				continue // by letter: nobody came
			case !r.scored.IsZero() || chance(chances, 0.3):
				if chance(chances, 0.18) {
					continue // the letter came back with nothing, and nobody went
				}
				h.Tries = l.tries(chances, r, weighted(chances, endings, func(e ending) float64 { return e.weight }).outcome)
			default:
				continue
			}
			list = append(list, h)
		}
	}
	return l.Fieldwork.InsertHistoriesTx(ctx, tx, r.id, list)
}

type ending struct {
	outcome fieldwork.Outcome
	weight  float64
}

// endings of addresses without an answer.
var endings = []ending{{fieldwork.Refusal, 31}, {fieldwork.NoAnswer, 30}, {fieldwork.NeverIn, 13}, {fieldwork.NoAccess, 5}, {fieldwork.NoScreener, 4},
	{fieldwork.Vacant, 6}, {fieldwork.NoPerson, 5}, {fieldwork.Unable, 3}, {fieldwork.BreakOff, 2}, {fieldwork.NoDwelling, 1}}

// tries ends with an outcome after up to three attempts at an empty door, on different days.
func (l *loader) tries(r *rand.Rand, w *round, last fieldwork.Outcome) (out []fieldwork.Tried) {
	at := l.hour(r, w)
	n := min(r.IntN(3), r.IntN(4))
	for i := range n {
		out = append(out, fieldwork.Tried{Outcome: fieldwork.NoAnswer, At: clock.At(at.AddDate(0, 0, i-n))})
	}
	return append(out, fieldwork.Tried{Outcome: last, At: clock.At(at)})
}

// planFieldwork lets the wave under way go on: addresses for the interviewers, a round of reminders, papers keyed.
func (l *loader) planFieldwork(r *round, collected time.Time) {
	if !r.scored.IsZero() {
		return
	}
	l.at(collected.Add(slot), func(ctx context.Context, tx *db.Tx) error {
		lead := l.with(ctx, "lead", fieldwork.PermManage, sampling.PermRead)
		for i, street := range []*street{l.ground.streets[0], l.ground.streets[min(1, len(l.ground.streets)-1)]} {
			_, err := l.Fieldwork.AssignTx(lead, tx, r.id, fieldwork.NewAssignments{Interviewer: l.actors[fmt.Sprintf("interviewer%02d", 1+i)].UserID,
				Mode: survey.ModeVisit, Street: street.code, Most: onHand})
			if err != nil {
				return err
			}
		}
		_, err := l.Fieldwork.RemindTx(lead, tx, r.id, fieldwork.NewReminder{Way: fieldwork.ByLetter, Street: l.ground.streets[0].code, Group: survey.Elder})
		return err
	})
	l.atWhole(collected.Add(2*slot), func(ctx context.Context) error { return l.keyPapers(ctx, r) })
}

// keyPapers keys four papers: two once, one twice alike, one with a slip in two places.
func (l *loader) keyPapers(ctx context.Context, r *round) error {
	first, second := l.with(ctx, "interviewer01", fieldwork.PermCollect), l.with(ctx, "interviewer02", fieldwork.PermCollect)
	for i := range 4 {
		q, err := l.Fieldwork.OpenEntry(first, r.id, survey.Elder)
		if err != nil {
			return err
		}
		in := fieldwork.Keyed{Number: fmt.Sprintf("E-%04d", 117+i), Token: q.Token, Group: survey.Elder, Street: l.ground.streets[0].code, Seconds: 96, Answers: form.Answers{}}
		for k, item := range q.Form.ScaleQuestions() {
			in.Answers[item.Code] = fmt.Sprint(1 + (k*7+i)%5%3)
		}
		if _, err := l.Fieldwork.Key(first, in); err != nil {
			return err
		}
		if i == 3 {
			in.Answers["B2-1"], in.Answers["C2-1"] = "4", "N"
		}
		if i >= 2 {
			if _, err := l.Fieldwork.Key(second, in); err != nil {
				return err
			}
		}
	}
	return nil
}
