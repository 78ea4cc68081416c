package intake

import (
	"context"
	"errors"
	"strings"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

// Hotline is the source that tickets come from if nothing else is said.
const Hotline = "12345"

// Ticket is one matter of a hotline or another system, as it hands it over.
type Ticket struct {
	Number     string     `json:"number" minLength:"1" maxLength:"60" doc:"Its number there; the same number is never taken twice"`
	Title      string     `json:"title,omitempty" maxLength:"240"`
	Text       string     `json:"text" minLength:"1" maxLength:"16000"`
	Category   string     `json:"category,omitempty" maxLength:"60" doc:"Code or name of a leaf; others are left for the desk to choose"`
	Address    string     `json:"address,omitempty" maxLength:"400"`
	Street     string     `json:"street,omitempty" maxLength:"60" doc:"Name or code"`
	Community  string     `json:"community,omitempty" maxLength:"60" doc:"Name or code"`
	Lat        *float64   `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon        *float64   `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	Name       string     `json:"name,omitempty" maxLength:"60"`
	Phone      string     `json:"phone,omitempty" maxLength:"30"`
	Secret     bool       `json:"secret,omitempty" doc:"The caller asked not to be named"`
	Urgent     bool       `json:"urgent,omitempty"`
	ReportedAt *time.Time `json:"reported_at,omitempty"`
}

// tickets is the table that is imported; the headings are those that hotlines use.
var tickets = sheet.Columns[Ticket]{
	{Name: "number", Title: "工单编号", Aliases: []string{"编号", "工单号", "受理单号"}, Required: true, Help: "热线系统中的编号，同一编号只登记一次", Example: "NJ2026112100123", Set: sheet.Text(func(t *Ticket) *string { return &t.Number }, 60)},
	{Name: "reported_at", Title: "来电时间", Aliases: []string{"反映时间", "受理时间", "登记时间"}, Help: "如2026-11-21 09:30", Example: "2026-11-21 09:30", Set: reportedAt},
	{Name: "title", Title: "标题", Aliases: []string{"工单标题", "诉求标题"}, Help: "不填则取分类名称", Example: "四平路路灯不亮", Set: sheet.Text(func(t *Ticket) *string { return &t.Title }, 60)},
	{Name: "text", Title: "诉求内容", Aliases: []string{"内容", "反映内容", "工单内容"}, Required: true, Help: "姓名、电话等会自动隐去", Example: "四平路18号门口路灯三天不亮，老人晚上出行不安全", Set: sheet.Text(func(t *Ticket) *string { return &t.Text }, 4000)},
	{Name: "category", Title: "分类", Aliases: []string{"诉求分类", "事件分类", "问题分类"}, Help: "小类名称或编码，认不出的由坐席选择", Example: "路灯熄灭与照明不足", Set: sheet.Text(func(t *Ticket) *string { return &t.Category }, 60)},
	{Name: "street", Title: "街道", Aliases: []string{"所属街道", "属地街道"}, Help: "名称或编码", Example: "", Set: sheet.Text(func(t *Ticket) *string { return &t.Street }, 60)},
	{Name: "community", Title: "社区", Aliases: []string{"所属社区"}, Help: "名称或编码", Set: sheet.Text(func(t *Ticket) *string { return &t.Community }, 60)},
	{Name: "address", Title: "地址", Aliases: []string{"事发地址", "地点", "诉求地址"}, Example: "四平路18号", Set: sheet.Text(func(t *Ticket) *string { return &t.Address }, 100)},
	{Name: "lat", Title: "纬度", Help: "WGS-84，可不填", Set: position(func(t *Ticket) **float64 { return &t.Lat }, 90)},
	{Name: "lon", Title: "经度", Help: "WGS-84，可不填", Set: position(func(t *Ticket) **float64 { return &t.Lon }, 180)},
	{Name: "name", Title: "来电人", Aliases: []string{"反映人", "姓名", "诉求人"}, Help: "加密保存", Set: sheet.Text(func(t *Ticket) *string { return &t.Name }, 30)},
	{Name: "phone", Title: "联系电话", Aliases: []string{"电话", "来电号码", "手机"}, Help: "加密保存，用于告知结果", Set: sheet.Text(func(t *Ticket) *string { return &t.Phone }, 30)},
	{Name: "secret", Title: "是否保密", Aliases: []string{"保密", "匿名"}, Help: "是或否", Example: "否", Set: sheet.OneOf(func(t *Ticket) *bool { return &t.Secret }, yesNo)},
	{Name: "urgent", Title: "是否紧急", Aliases: []string{"紧急", "紧急程度"}, Help: "是或否", Example: "否", Set: sheet.OneOf(func(t *Ticket) *bool { return &t.Urgent }, yesNo)},
}

var yesNo = map[string]bool{"是": true, "否": false, "紧急": true, "特急": true, "一般": false, "普通": false, "保密": true, "不保密": false, "true": true, "false": false}

func reportedAt(t *Ticket, text string) error {
	var at time.Time
	err := sheet.Time(func(*Ticket) *time.Time { return &at }, clock.Nanjing)(t, text)
	t.ReportedAt = &at
	return err
}

func position(field func(*Ticket) **float64, limit float64) func(*Ticket, string) error {
	return func(t *Ticket, text string) error {
		v := new(float64)
		err := sheet.Float(func(*Ticket) *float64 { return v }, -limit, limit)(t, text)
		*field(t) = v
		return err
	}
}

// Outcome is what became of one ticket.
type Outcome struct {
	Number string `json:"number"`
	Status string `json:"status" enum:"added,known,refused"`
	CaseID string `json:"case_id,omitempty"`
	Case   string `json:"case,omitempty" doc:"Number of the case"`
	Code   string `json:"code,omitempty" doc:"Why it was refused"`
	Error  string `json:"error,omitempty"`
}

// take registers one ticket. A refusal is an Outcome, any other failure an error.
func (s *Service) take(ctx context.Context, tx *db.Tx, places *gazetteer, source, area string, t *Ticket) (Outcome, error) {
	out := Outcome{Number: t.Number}
	report, err := s.reportOf(places, source, area, t)
	if err == nil {
		var c *cases.Case
		if c, err = s.Cases.RegisterTx(ctx, tx, report); err == nil {
			out.Status, out.CaseID, out.Case = "added", c.ID, c.Number
			return out, nil
		}
	}
	e := errs.As(err)
	if e == nil || errs.KindOf(err) == errs.KindInternal {
		return out, err
	}
	if known, ok := e.Details.(*cases.Case); ok && e.Code == "cases.source_known" {
		out.Status, out.CaseID, out.Case = "known", known.ID, known.Number
		return out, nil
	}
	out.Status, out.Code, out.Error = "refused", e.Code, e.Message
	return out, nil
}

func (s *Service) reportOf(places *gazetteer, source, area string, t *Ticket) (cases.Report, error) {
	r := cases.Report{Channel: cases.FromHotline, Source: source, SourceNumber: strings.TrimSpace(t.Number), Title: t.Title, Text: t.Text, Urgent: t.Urgent,
		Category: leafOf(s.Duties.Catalog(), t.Category), Lat: t.Lat, Lon: t.Lon, Address: t.Address}
	if (t.Lat == nil) != (t.Lon == nil) {
		r.Lat, r.Lon = nil, nil
	}
	if t.Phone != "" || t.Name != "" {
		r.Reporter = &cases.NewReporter{Name: t.Name, Phone: t.Phone, Anonymous: t.Secret, WantsReply: t.Phone != ""}
	}
	if t.ReportedAt != nil {
		r.ReportedAt = clock.Ptr(*t.ReportedAt)
	}
	code, err := places.find(t.Street, t.Community)
	if err != nil {
		return r, err
	}
	if r.AreaCode = code; code == "" && r.Lat == nil {
		r.AreaCode = area
	}
	return r, nil
}

// leafOf reads a code or the name of a leaf, "" if it is neither.
func leafOf(catalog *duty.Catalog, text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	if l, ok := catalog.Leaf(text); ok {
		return l.Code
	}
	for _, l := range catalog.Leaves() {
		if l.Name == text || strings.HasSuffix(text, "/"+l.Name) || strings.HasSuffix(text, "-"+l.Name) {
			return l.Code
		}
	}
	return ""
}

// errDry ends the transaction of an import that must leave nothing.
var errDry = errors.New("dry run")

// batch is how many tickets are registered in one transaction.
const batch = 50

// takeAll registers tickets in batches and tells what became of each, in their order.
func (s *Service) takeAll(ctx context.Context, source, area string, list []Ticket, dry bool, each func(i int, o Outcome)) error {
	places, err := s.gazetteer(ctx, area)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for from := 0; from < len(list); from += batch {
		to := min(from+batch, len(list))
		var done []Outcome
		twice := map[string]bool{}
		err := s.DB.Tx(ctx, func(tx *db.Tx) error {
			done, twice = done[:0], map[string]bool{}
			for i := from; i < to; i++ {
				number := strings.TrimSpace(list[i].Number)
				if seen[number] || twice[number] {
					done = append(done, Outcome{Number: list[i].Number, Status: "known"})
					continue
				}
				o, err := s.take(ctx, tx, places, source, area, &list[i])
				if err != nil {
					return err
				}
				if o.Status == "added" {
					twice[number] = true
					if dry {
						o.CaseID, o.Case = "", ""
					}
				}
				done = append(done, o)
			}
			if dry {
				return errDry
			}
			return nil
		})
		if err != nil && !errors.Is(err, errDry) {
			return err
		}
		for n := range twice {
			seen[n] = true
		}
		for i, o := range done {
			each(from+i, o)
		}
	}
	return nil
}
