package integration

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

// The shapes of Open311 GeoReport v2 (https://wiki.open311.org/GeoReport_v2/), as JSON and XML. What is ours beside the
// standard stands in extended_attributes and servicerequestupdates; docs/open311.md says what it means.

type serviceShape struct {
	XMLName     xml.Name `json:"-" xml:"service"`
	Code        string   `json:"service_code" xml:"service_code"`
	Name        string   `json:"service_name" xml:"service_name"`
	Description string   `json:"description" xml:"description"`
	Metadata    bool     `json:"metadata" xml:"metadata"`
	Type        string   `json:"type" xml:"type"`
	Keywords    string   `json:"keywords" xml:"keywords"`
	Group       string   `json:"group" xml:"group"`
}

type definitionShape struct {
	XMLName    xml.Name         `json:"-" xml:"service_definition"`
	Code       string           `json:"service_code" xml:"service_code"`
	Attributes []attributeShape `json:"attributes" xml:"attributes>attribute"`
}

type attributeShape struct {
	Variable    bool         `json:"variable" xml:"variable"`
	Code        string       `json:"code" xml:"code"`
	Datatype    string       `json:"datatype" xml:"datatype"`
	Required    bool         `json:"required" xml:"required"`
	Hint        string       `json:"datatype_description" xml:"datatype_description"`
	Order       int          `json:"order" xml:"order"`
	Description string       `json:"description" xml:"description"`
	Values      []valueShape `json:"values,omitempty" xml:"values>value,omitempty"`
}

type valueShape struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

type requestShape struct {
	XMLName     xml.Name  `json:"-" xml:"request"`
	ID          string    `json:"service_request_id" xml:"service_request_id"`
	Status      string    `json:"status" xml:"status"`
	StatusNotes *string   `json:"status_notes" xml:"status_notes"`
	ServiceName string    `json:"service_name" xml:"service_name"`
	ServiceCode string    `json:"service_code" xml:"service_code"`
	Description *string   `json:"description" xml:"description"`
	Agency      *string   `json:"agency_responsible" xml:"agency_responsible"`
	Notice      *string   `json:"service_notice" xml:"service_notice"`
	Requested   string    `json:"requested_datetime" xml:"requested_datetime"`
	Updated     string    `json:"updated_datetime" xml:"updated_datetime"`
	Expected    *string   `json:"expected_datetime" xml:"expected_datetime"`
	Address     *string   `json:"address" xml:"address"`
	AddressID   *string   `json:"address_id" xml:"address_id"`
	Zipcode     *string   `json:"zipcode" xml:"zipcode"`
	Lat         *float64  `json:"lat" xml:"lat"`
	Long        *float64  `json:"long" xml:"long"`
	MediaURL    *string   `json:"media_url" xml:"media_url"`
	Extended    *extended `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
}

// extended is what a caller gets beyond the standard with extensions=true.
type extended struct {
	StatusCode string   `json:"status_code" xml:"status_code"`
	StatusName string   `json:"status_name" xml:"status_name"`
	Channel    string   `json:"channel" xml:"channel"`
	AreaCode   string   `json:"area_code" xml:"area_code"`
	AreaName   string   `json:"area_name" xml:"area_name"`
	Voices     int      `json:"voices" xml:"voices"`
	Result     string   `json:"result,omitempty" xml:"result,omitempty"`
	Closed     *string  `json:"closed_datetime,omitempty" xml:"closed_datetime,omitempty"`
	Duplicate  string   `json:"duplicate_of,omitempty" xml:"duplicate_of,omitempty"`
	ClientID   string   `json:"client_request_id,omitempty" xml:"client_request_id,omitempty"`
	Media      []string `json:"media,omitempty" xml:"media>media_url,omitempty"`
}

type receiptShape struct {
	XMLName xml.Name `json:"-" xml:"request"`
	ID      string   `json:"service_request_id,omitempty" xml:"service_request_id,omitempty"`
	Token   string   `json:"token,omitempty" xml:"token,omitempty"`
	Notice  string   `json:"service_notice,omitempty" xml:"service_notice,omitempty"`
	Account *string  `json:"account_id" xml:"account_id"`
}

type updateShape struct {
	XMLName     xml.Name `json:"-" xml:"request_update"`
	ID          string   `json:"update_id" xml:"update_id"`
	RequestID   string   `json:"service_request_id" xml:"service_request_id"`
	Status      string   `json:"status" xml:"status"`
	StatusCode  string   `json:"status_code" xml:"status_code"`
	Updated     string   `json:"updated_datetime" xml:"updated_datetime"`
	Description string   `json:"description" xml:"description"`
}

type errorShape struct {
	XMLName     xml.Name `json:"-" xml:"error"`
	Code        int      `json:"code" xml:"code"`
	Description string   `json:"description" xml:"description"`
}

type discoveryShape struct {
	XMLName    xml.Name   `json:"-" xml:"discovery"`
	Changeset  string     `json:"changeset" xml:"changeset"`
	Contact    string     `json:"contact" xml:"contact"`
	KeyService string     `json:"key_service" xml:"key_service"`
	Endpoints  []endpoint `json:"endpoints" xml:"endpoints>endpoint"`
}

type endpoint struct {
	Specification string   `json:"specification" xml:"specification"`
	URL           string   `json:"url" xml:"url"`
	Changeset     string   `json:"changeset" xml:"changeset"`
	Type          string   `json:"type" xml:"type"`
	Formats       []string `json:"formats" xml:"formats>format"`
}

// render writes a value in the format asked for. A list gets the root element root in XML and is an array in JSON.
func render(format, root string, v any) ([]byte, error) {
	if format == "json" {
		return json.Marshal(v)
	}
	body, err := xml.Marshal(v)
	if err != nil {
		return nil, err
	}
	if root != "" {
		body = fmt.Appendf(nil, "<%s>%s</%s>", root, body, root)
	}
	return append([]byte(xml.Header), body...), nil
}

func stamp(t time.Time) string { return t.In(clock.Nanjing).Format(time.RFC3339) }

func stampOf(t *clock.Time) *string {
	if t == nil {
		return nil
	}
	s := stamp(t.Time)
	return &s
}

func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// offered are the services: the categories anybody may report, without those whose cases are kept from the public.
func (s *Service) offered() []duty.Leaf {
	var out []duty.Leaf
	for _, l := range s.Duties.Catalog().Leaves() {
		if !l.Sensitive {
			out = append(out, l)
		}
	}
	return out
}

// kindOf says whether the number of a report is told at once, or with a token when the desk has accepted it.
func kindOf(l duty.Leaf) string {
	if l.Legal || l.Joint {
		return "batch"
	}
	return "realtime"
}

func (s *Service) serviceOf(l duty.Leaf) serviceShape {
	group, _, _ := strings.Cut(l.Path, " / ")
	return serviceShape{Code: l.Code, Name: l.Name, Description: l.Filing, Metadata: true, Type: kindOf(l), Keywords: strings.Join(l.Keywords, ","), Group: group}
}

func (s *Service) definitionOf(l duty.Leaf) definitionShape {
	d := definitionShape{Code: l.Code, Attributes: []attributeShape{
		{Variable: false, Code: "filing", Datatype: "text", Order: 1, Description: "立案条件：" + l.Filing},
		{Variable: false, Code: "closing", Datatype: "text", Order: 2, Description: "结案条件：" + l.Closing},
		{Variable: true, Code: "landmark", Datatype: "string", Hint: "旁边的路口、门牌、杆号", Order: 3, Description: "位置补充"},
		{Variable: true, Code: "urgent", Datatype: "singlevaluelist", Hint: "有人身危险时选“是”", Order: 4, Description: "是否紧急",
			Values: []valueShape{{"no", "否"}, {"yes", "是"}}},
	}}
	if len(l.Components) > 0 {
		a := attributeShape{Variable: true, Code: "component", Datatype: "singlevaluelist", Hint: "损坏的设施", Order: 5, Description: "设施种类"}
		for _, k := range l.Components {
			a.Values = append(a.Values, valueShape{k, s.Duties.Catalog().ComponentName(k)})
		}
		d.Attributes = append(d.Attributes, a)
	}
	return d
}

// requestOf shows what everybody may see of a case; its own source also reads what it sent.
func (s *Service) requestOf(o *cases.Open, base string, photos []string, extensions bool) requestShape {
	r := requestShape{ID: o.Number, Status: statusOf(o.Ended()), ServiceCode: o.Category, ServiceName: s.Duties.Catalog().Name(o.Category), Agency: filled(o.LeadName),
		Requested: stamp(o.ReportedAt.Time), Updated: stamp(o.ChangedAt.Time), Expected: stampOf(o.PromisedAt), Address: filled(o.Address), AddressID: filled(o.AreaCode)}
	r.Description, r.StatusNotes = filled(o.Title), filled(o.StateName)
	if o.Body != "" {
		r.Description = &o.Body
	}
	if o.Reply != "" {
		r.StatusNotes = &o.Reply
	}
	if o.LatE7 != nil && o.LonE7 != nil {
		lat, lon := rounded(*o.LatE7), rounded(*o.LonE7)
		r.Lat, r.Long = &lat, &lon
	}
	var media []string
	for _, p := range photos {
		media = append(media, base+"/media/"+p)
	}
	if media != nil {
		r.MediaURL = &media[0]
	}
	if extensions {
		r.Extended = &extended{StatusCode: string(o.State), StatusName: o.StateName, Channel: string(o.Channel), AreaCode: o.AreaCode, AreaName: o.AreaName, Voices: o.Voices,
			Result: string(o.Result), Closed: stampOf(o.ClosedAt), ClientID: o.SourceNumber, Media: media}
	}
	return r
}

// rounded gives about ten metres: enough to find a lamp, not a flat.
func rounded(d cases.Degrees) float64 {
	const step = 1000
	return float64((int64(d)+step/2)/step) / 1e4
}

func statusOf(ended bool) string {
	if ended {
		return "closed"
	}
	return "open"
}

// faultOf is an error in the shape of the standard.
func faultOf(err error) errorShape {
	e := errs.As(err)
	status := map[errs.Kind]int{errs.KindInvalid: 400, errs.KindUnauthorized: 403, errs.KindForbidden: 403, errs.KindNotFound: 404, errs.KindConflict: 409, errs.KindTooLarge: 413, errs.KindTooMany: 429, errs.KindUnavailable: 503}[errs.KindOf(err)]
	if e == nil || status == 0 {
		return errorShape{Code: 500, Description: "Something went wrong here; try again later."}
	}
	text := e.Message
	for _, f := range e.Fields {
		text += " " + strings.TrimPrefix(f.Location, "body.") + ": " + f.Message + "."
	}
	return errorShape{Code: status, Description: text}
}
