package messages

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// SendTx tells people what the notes say, in the caller's transaction: notices at once, text messages and e-mail by
// providers after the commit. Only the program calls it: it decides who is to know. A note without a template tells
// nobody; the same key to the same addressee tells once.
func (s *Service) SendTx(ctx context.Context, tx *db.Tx, notes []Note) error {
	if p := auth.From(ctx); p == nil || !p.System {
		return errs.Forbidden("messages.program_only", "Messages are sent by the program.")
	}
	if len(notes) == 0 {
		return nil
	}
	wordings, err := s.wordings(ctx, tx)
	if err != nil {
		return err
	}
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return err
	}
	r := &round{s: s, tx: tx, rules: rules, wordings: map[templateKey]Template{}, contacts: map[identity.To][]Contact{}}
	for _, t := range wordings {
		if t.Enabled {
			r.wordings[t.key()] = t
		}
	}
	for i := range notes {
		if err := r.tell(ctx, &notes[i]); err != nil {
			return err
		}
	}
	return s.People.NotifyMany(ctx, tx, r.notices)
}

// round is one call of SendTx: what is in force is read once.
type round struct {
	s        *Service
	tx       *db.Tx
	rules    Rules
	wordings map[templateKey]Template
	contacts map[identity.To][]Contact // by part of a unit
	notices  []identity.Told           // left together at the end
}

func (r *round) tell(ctx context.Context, n *Note) error {
	if t, ok := r.wordings[templateKey{n.Event, n.Audience, Notice}]; ok && n.Phone == "" {
		title := t.render(t.Body, n.Values)
		r.notices = append(r.notices, identity.Told{To: n.to(), Kind: "cases." + n.Event, Title: title, Link: n.Link})
	}
	if t, ok := r.wordings[templateKey{n.Event, n.Audience, SMS}]; ok && n.Phone != "" && r.rules.TellReporter {
		return r.put(ctx, n, t, n.Phone, "")
	}
	if n.Phone != "" {
		return nil
	}
	return r.tellPersons(ctx, n)
}

// tellPersons sends to those of the addressees who chose a channel for the event.
func (r *round) tellPersons(ctx context.Context, n *Note) error {
	_, sms := r.wordings[templateKey{n.Event, n.Audience, SMS}]
	_, email := r.wordings[templateKey{n.Event, n.Audience, Email}]
	if !sms && !email {
		return nil
	}
	contacts, err := r.reach(ctx, n)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		for _, channel := range []Channel{SMS, Email} {
			t, ok := r.wordings[templateKey{n.Event, n.Audience, channel}]
			if !ok || !slices.Contains(c.Choices.V[n.Event], string(channel)) {
				continue
			}
			sealed, place := c.Phone, "message_contact.phone"
			if channel == Email {
				sealed, place = c.Email, "message_contact.email"
			}
			if sealed == "" {
				continue
			}
			address, err := r.s.Box.Open(sealed, place)
			if err != nil {
				return err
			}
			if err := r.put(ctx, n, t, string(address), c.UserID); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxContacts bounds how many of a unit are sent one message each.
const maxContacts = 50

func (r *round) reach(ctx context.Context, n *Note) ([]Contact, error) {
	if n.User != "" {
		c, err := contactOf(ctx, r.tx, n.User)
		if err != nil {
			return nil, err
		}
		return r.concerned(ctx, []Contact{c}, identity.To{})
	}
	if list, ok := r.contacts[n.to()]; ok {
		return list, nil
	}
	list, err := db.All[Contact](ctx, r.tx, "SELECT "+contactColumns+" FROM message_contact WHERE unit_id = $1 ORDER BY user_id LIMIT $2", n.Unit, maxContacts)
	if err != nil {
		return nil, err
	}
	list, err = r.concerned(ctx, list, n.to())
	r.contacts[n.to()] = list
	return list, err
}

// concerned leaves out who has left since they said where to reach them, and who may not open what the note names.
func (r *round) concerned(ctx context.Context, list []Contact, to identity.To) ([]Contact, error) {
	people := make([]string, len(list))
	for i := range list {
		people[i] = list[i].UserID
	}
	left, err := r.s.People.UnreachedTx(ctx, r.tx, people, to)
	return slices.DeleteFunc(list, func(c Contact) bool { return slices.Contains(left, c.UserID) }), err
}

// followCode is the secret part of a follow-up link, which no list shows.
var followCode = regexp.MustCompile(`#[0-9A-Za-z-]{6,}`)

// put queues one message to one address.
func (r *round) put(ctx context.Context, n *Note, t Template, address, user string) error {
	now := r.tx.Now()
	m := Message{ID: db.NewID(r.tx), Event: n.Event, Audience: n.Audience, Channel: t.Channel, SubjectID: n.SubjectID, Number: n.Number, UserID: user, AreaCode: n.AreaCode,
		Index: r.s.Box.BlindIndex("message.address", address), Urgent: n.Urgent, State: Queued, DueAt: r.rules.out(now, n.Urgent), CreatedAt: r.tx.Time()}
	m.Shown = maskPhone(crypto.Normalise(address))
	if t.Channel == Email {
		m.Shown = maskEmail(address)
	}
	values := map[string]string{}
	for k, v := range n.Values {
		values[k] = v
	}
	values["link"] = r.rules.PublicURL + n.Link
	m.Subject = oneLine(t.render(t.Subject, values))
	body := t.render(t.Body, values)
	m.Preview = followCode.ReplaceAllString(body, "#••••")
	m.Address, m.Body = r.s.Box.Seal([]byte(address), "message.address"), r.s.Box.Seal([]byte(body), "message.body")
	if !n.Urgent {
		before, err := db.Get[int](ctx, r.tx, "SELECT COUNT(*) FROM message WHERE address_index = $1 AND created_at > $2 AND state <> 'suppressed'", m.Index, now.Add(-24*time.Hour).UnixMilli())
		if err != nil {
			return err
		}
		if before >= r.rules.PerDay {
			m.State, m.Error = Suppressed, "daily bound"
		}
	}
	_, err := r.tx.Exec(ctx, "INSERT INTO message (key, "+messageColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
		ON CONFLICT (key) DO NOTHING`,
		n.Key+"/"+string(n.Audience)+"/"+string(t.Channel)+"/"+m.Index, m.ID, m.Event, m.Audience, m.Channel, m.SubjectID, m.Number, m.UserID, m.AreaCode, m.Address, m.Index, m.Shown,
		m.Subject, m.Body, m.Preview, m.Urgent, m.State, m.DueAt, m.Attempts, m.Provider, m.Receipt, m.Error, m.CreatedAt, m.SentAt, m.DoneAt)
	return err
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
