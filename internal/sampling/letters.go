package sampling

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/print"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
)

// LetterFormat is what letters are written as.
type LetterFormat string

// The formats of letters.
const (
	LettersPDF   LetterFormat = "pdf"
	LettersTable LetterFormat = "csv" // for a printing house with its own letter: address, code and link of each
)

// most bounds one file: the printer's memory, or what a printing house takes at once.
var most = map[LetterFormat]int{LettersPDF: 2000, LettersTable: 20000}

// LetterOrder says which letters to print.
type LetterOrder struct {
	Wording
	Base   string       `json:"base" minLength:"8" maxLength:"100" doc:"address under which residents reach this server, such as https://cp.example.gov.cn"`
	Street string       `json:"street,omitempty" maxLength:"9"`
	Group  survey.Group `json:"group,omitempty" enum:"elder,adult,unit"`
	Again  bool         `json:"again,omitempty" doc:"also for those who were sent one; the code of the earlier letter goes on working until one is used"`
	Format LetterFormat `json:"format,omitempty" enum:"pdf,csv" doc:"pdf unless said otherwise"`
}

// Letters writes letters for open invitations, one page each, and returns how many. See LettersTx. The pages are set after the commit:
// two thousand take longer than answers that are coming in can wait for the one writer of SQLite.
func (s *Service) Letters(ctx context.Context, waveID string, o LetterOrder, w io.Writer) (n int, err error) {
	var wave *survey.Wave
	var letters []letter
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		wave, letters, err = s.prepare(ctx, tx, waveID, &o)
		return err
	})
	if err != nil {
		return 0, err
	}
	return len(letters), o.render(letters, wave, w)
}

// LettersTx is Letters inside the caller's transaction; w is to be a buffer, as the transaction may run again. Every letter carries a
// fresh code that is kept as a keyed digest only: what is lost here can be printed again, not looked up. Needs PermManage in
// the street, or in the district when none is named; the number goes into the audit trail. NotFound when nobody is left to be
// written to.
func (s *Service) LettersTx(ctx context.Context, tx *db.Tx, waveID string, o LetterOrder, w io.Writer) (n int, err error) {
	wave, letters, err := s.prepare(ctx, tx, waveID, &o)
	if err != nil {
		return 0, err
	}
	return len(letters), o.render(letters, wave, w)
}

// prepare makes the codes of the letters and records that they were made.
func (s *Service) prepare(ctx context.Context, tx *db.Tx, waveID string, o *LetterOrder) (wave *survey.Wave, letters []letter, err error) {
	if o.Base, err = base(o.Base); err != nil {
		return nil, nil, err
	}
	if o.Format == "" {
		o.Format = LettersPDF
	}
	wave, list, err := s.toWrite(ctx, tx, waveID, o)
	if err != nil {
		return nil, nil, err
	}
	if letters, err = s.write(ctx, tx, list, o.Base); err != nil {
		return nil, nil, err
	}
	return wave, letters, audit.Log(ctx, tx, audit.Entry{Action: "sampling.letters_printed", Object: "wave", ObjectID: waveID, Area: wave.Area,
		Detail: map[string]any{"street": o.Street, "group": o.Group, "letters": len(letters), "format": o.Format}})
}

func (o *LetterOrder) render(letters []letter, wave *survey.Wave, w io.Writer) error {
	if o.Format == LettersTable {
		return table(letters, w)
	}
	return book(letters, wave, &o.Wording, w)
}

// book sets the letters as a PDF.
func book(letters []letter, wave *survey.Wave, w *Wording, out io.Writer) error {
	doc := print.NewA4(wave.Name + "邀请信")
	for i := range letters {
		letters[i].draw(doc, wave, w)
	}
	_, err := doc.WriteTo(out)
	return err
}

// table lists what a printing house puts on its own letters.
func table(letters []letter, w io.Writer) error {
	out, err := sheet.NewWriter(w, sheet.CSV, "邀请信")
	if err != nil {
		return err
	}
	if err := out.Row("编号", "街道", "社区", "群体", "地址", "收件人", "邀请码", "网址", "选人表"); err != nil {
		return err
	}
	for i := range letters {
		l := &letters[i]
		if err := out.Row(fmt.Sprintf("%05d", l.to.Place), l.street, l.community, groupTitles[l.to.Group], l.address.Text, l.address.Name, l.code, l.link+"/p/q/"+l.code, l.to.Sheet); err != nil {
			return err
		}
	}
	return out.Close()
}

func base(text string) (string, error) {
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(text), "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", errs.Invalid("sampling.bad_base", "Give the address under which residents reach this server, beginning with https://.",
			errs.Field{Location: "body.base", Message: "an address beginning with https://"})
	}
	return u.String(), nil
}

// toWrite lists who is to get a letter.
func (s *Service) toWrite(ctx context.Context, tx *db.Tx, waveID string, o *LetterOrder) (*survey.Wave, []Invitation, error) {
	d, err := currentDraw(ctx, tx, waveID)
	if err != nil {
		return nil, nil, err
	}
	area := d.Area
	if o.Street != "" {
		area = o.Street
	}
	if err := auth.RequireArea(ctx, PermManage, area); err != nil {
		return nil, nil, err
	}
	wave, err := s.surveys.WaveTx(ctx, tx, waveID)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.ListTx(ctx, tx, Filter{WaveID: waveID, Street: o.Street, Group: o.Group, State: Open})
	if err != nil {
		return nil, nil, err
	}
	var list []Invitation
	for i := range all {
		if (o.Again || all[i].Letters == 0) && len(list) < most[o.Format] {
			list = append(list, all[i])
		}
	}
	if len(list) == 0 {
		return nil, nil, errs.NotFound("sampling.no_letters", "Everybody of this choice was sent a letter, has answered or was replaced.")
	}
	return wave, list, nil
}

// write makes a code for each invitation and gathers what stands on the letter.
func (s *Service) write(ctx context.Context, tx *db.Tx, list []Invitation, link string) ([]letter, error) {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	addresses, err := s.AddressesTx(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	letters, names := make([]letter, len(list)), map[string]string{}
	for i := range list {
		inv := &list[i]
		for _, code := range []string{inv.Street, inv.Community} {
			if _, ok := names[code]; !ok {
				if names[code], err = s.areaName(ctx, code); err != nil {
					return nil, err
				}
			}
		}
		letters[i] = letter{to: inv, address: addresses[inv.ID], street: names[inv.Street], community: names[inv.Community], code: newCode(), link: link}
	}
	err = insert(ctx, tx, "invitation_code", "digest, invitation_id, issued_at", len(letters), func(i int, args []any) []any {
		plain, _ := readCode(letters[i].code)
		return append(args, s.digest(plain), letters[i].to.ID, tx.Time())
	})
	if err != nil {
		return nil, err
	}
	for start := 0; start < len(ids); start += 500 {
		var args []any
		if _, err := tx.Exec(ctx, "UPDATE invitation SET letters = letters + 1 WHERE id IN ("+placeholders(&args, ids[start:min(start+500, len(ids))])+")", args...); err != nil {
			return nil, err
		}
	}
	return letters, nil
}

// IssueCodeTx makes a code for an open invitation without a letter, for whoever hands it over on the spot. Needs PermManage or
// fieldwork.manage in its street. The code cannot be looked up again.
func (s *Service) IssueCodeTx(ctx context.Context, tx *db.Tx, id string) (string, error) {
	inv, err := s.find(ctx, tx, id)
	if err != nil {
		return "", err
	}
	if auth.RequireArea(ctx, permFieldwork, inv.Street) != nil {
		if err := auth.RequireArea(ctx, PermManage, inv.Street); err != nil {
			return "", err
		}
	}
	code := newCode()
	plain, _ := readCode(code)
	if _, err := tx.Exec(ctx, "INSERT INTO invitation_code (digest, invitation_id, issued_at) VALUES ($1, $2, $3)", s.digest(plain), id, tx.Time()); err != nil {
		return "", err
	}
	return code, audit.Log(ctx, tx, audit.Entry{Action: "sampling.code_issued", Object: "invitation", ObjectID: id, Area: inv.Street})
}

// ExportList writes the drawn households and units of a wave with their addresses, for the plan of the visits. Needs PermManage in the
// street, or in the district when none is named; the number goes into the audit trail.
func (s *Service) ExportList(ctx context.Context, waveID string, f Filter, w io.Writer, format sheet.Format) error {
	var list []Invitation
	var addresses map[string]Address
	f.WaveID = waveID
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err := currentDraw(ctx, tx, waveID)
		if err != nil {
			return err
		}
		area := d.Area
		if f.Street != "" {
			area = f.Street
		}
		if err := auth.RequireArea(ctx, PermManage, area); err != nil {
			return err
		}
		if list, err = s.ListTx(ctx, tx, f); err != nil {
			return err
		}
		ids := make([]string, len(list))
		for i := range list {
			ids[i] = list[i].ID
		}
		if addresses, err = s.AddressesTx(ctx, tx, ids); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "sampling.list_exported", Object: "wave", ObjectID: waveID, Area: area,
			Detail: map[string]any{"street": f.Street, "group": f.Group, "rows": len(list)}})
	})
	if err != nil {
		return err
	}
	return s.writeList(ctx, list, addresses, w, format)
}

var stateNames = map[InvitationState]string{Reserve: "备用", Open: "待作答", Spent: "已作答", Replaced: "已替换"}

var groupTitles = map[survey.Group]string{survey.Elder: "老年", survey.Adult: "中青年", survey.Unit: "单位"}

func (s *Service) writeList(ctx context.Context, list []Invitation, addresses map[string]Address, w io.Writer, format sheet.Format) error {
	out, err := sheet.NewWriter(w, format, "样本名单")
	if err != nil {
		return err
	}
	if err := out.Row("编号", "街道", "社区", "群体", "地址", "单位名称", "选人表", "状态", "替换编号", "已寄信"); err != nil {
		return err
	}
	for i := range list {
		inv := &list[i]
		street, err := s.areaName(ctx, inv.Street)
		if err != nil {
			return err
		}
		community, err := s.areaName(ctx, inv.Community)
		if err != nil {
			return err
		}
		a := addresses[inv.ID]
		if err := out.Row(fmt.Sprintf("%05d", inv.Place), street, community, groupTitles[inv.Group], a.Text, a.Name, inv.Sheet, stateNames[inv.State], inv.Replaces, inv.Letters); err != nil {
			return err
		}
	}
	return out.Close()
}
