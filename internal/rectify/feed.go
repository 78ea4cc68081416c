package rectify

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// feedItems is how many items a feed holds.
const feedItems = 50

// Feed is the newest published items, as a list to subscribe to.
type Feed struct {
	Title   string
	Base    string // address of this server, "" if it was not set
	Self    string // path and query of the feed
	Home    string // path of the page it belongs to
	Updated clock.Time
	Items   []PublicItem
}

// PublicFeed returns the newest published items of a wave, street or field. Anybody may.
func (s *Service) PublicFeed(ctx context.Context, f PublicFilter, self string) (out *Feed, err error) {
	page, err := s.Public(ctx, f, httpx.PageIn{Limit: feedItems})
	if err != nil {
		return nil, err
	}
	out = &Feed{Items: page.Items, Self: self, Home: homeOf(f)}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if out.Title, err = s.publicTitle(ctx, tx, f); err != nil {
			return err
		}
		if s.contacts != nil {
			out.Base, err = s.contacts.PublicURLTx(ctx, tx)
		}
		out.Updated = clock.At(time.Unix(0, 0))
		return err
	})
	for n := range out.Items {
		if out.Items[n].PublishedAt.After(out.Updated.Time) {
			out.Updated = *out.Items[n].PublishedAt
		}
	}
	return out, err
}

// publicTitle says what a public list is about, such as 凤凰街道 2026年上半年 整改公示.
func (s *Service) publicTitle(ctx context.Context, tx *db.Tx, f PublicFilter) (string, error) {
	var parts []string
	if f.Street != "" {
		name, err := s.directory.AreaName(ctx, tx, f.Street)
		if err != nil && errs.KindOf(err) != errs.KindNotFound {
			return "", err
		}
		parts = append(parts, name)
	}
	if f.WaveID != "" {
		name, err := s.waveName(ctx, tx, f.WaveID)
		if err != nil {
			return "", err
		}
		parts = append(parts, name)
	}
	if f.Field != "" {
		parts = append(parts, s.catalog.Name(f.Field))
	}
	return strings.TrimSpace(strings.Join(append(parts, "居民意见整改公示"), " ")), nil
}

func homeOf(f PublicFilter) string {
	path := "/p/rectified"
	if f.Street != "" {
		path += "/" + f.Street
	}
	if f.WaveID != "" {
		path += "?wave=" + f.WaveID
	}
	return path
}

func itemPath(id string) string { return "/p/items/" + id }

// summary is what a feed says of an item.
func (i *PublicItem) summary() string {
	parts := []string{fmt.Sprintf("%s，%d人反映", orElse(i.Place, i.AreaName), i.Voices), i.Lead + "办理", resultWords[i.Result] + "：" + i.Outcome}
	if i.DoneAt != nil {
		parts = append(parts, dayWords(*i.DoneAt)+"办完")
	}
	for n, part := range parts {
		parts[n] = strings.TrimRight(part, "。 ")
	}
	return strings.Join(parts, "。") + "。"
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

var resultWords = map[Result]string{Resolved: "已解决", Partly: "部分解决", Explained: "已解释说明", NotOurs: "不属本级职责", Cannot: "暂时改不了"}

func dayWords(t clock.Time) string { return t.In(clock.Nanjing).Format("2006年1月2日") }

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Updated   string   `xml:"updated"`
	Published string   `xml:"published"`
	Link      atomLink `xml:"link"`
	Category  struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	} `xml:"category"`
	Summary string `xml:"summary"`
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

// Atom writes the feed as RFC 4287 has it. Ids do not depend on the address of the server.
func (f *Feed) Atom() ([]byte, error) {
	out := atomFeed{Lang: "zh-CN", ID: "urn:yiwang:rectified:" + f.Home, Title: f.Title, Updated: f.Updated.UTC().Format(time.RFC3339), Author: "满意度考评办公室",
		Links: []atomLink{{"self", "application/atom+xml", f.Base + f.Self}, {"alternate", "text/html", f.Base + f.Home}}, Entries: []atomEntry{}}
	for n := range f.Items {
		i := &f.Items[n]
		at := i.PublishedAt.UTC().Format(time.RFC3339)
		e := atomEntry{ID: "urn:yiwang:item:" + i.ID, Title: i.Title, Updated: at, Published: at, Link: atomLink{"alternate", "text/html", f.Base + itemPath(i.ID)}, Summary: i.summary()}
		e.Category.Term, e.Category.Label = i.Field, i.FieldName
		out.Entries = append(out.Entries, e)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	err := e.Encode(out)
	return b.Bytes(), err
}

type jsonEntry struct {
	ID        string   `json:"id"`
	URL       string   `json:"url"`
	Title     string   `json:"title"`
	Text      string   `json:"content_text"`
	Image     string   `json:"image,omitempty"`
	Published string   `json:"date_published"`
	Tags      []string `json:"tags"`
}

// JSON writes the feed as JSON Feed 1.1 (jsonfeed.org) has it.
func (f *Feed) JSON() ([]byte, error) {
	items := []jsonEntry{}
	for n := range f.Items {
		i := &f.Items[n]
		e := jsonEntry{ID: "urn:yiwang:item:" + i.ID, URL: f.Base + itemPath(i.ID), Title: i.Title, Text: i.summary(), Published: i.PublishedAt.UTC().Format(time.RFC3339), Tags: []string{i.FieldName, i.AreaName}}
		for _, p := range i.Photos {
			if p.Phase == After {
				e.Image = f.Base + p.URL
			}
		}
		items = append(items, e)
	}
	return json.MarshalIndent(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": f.Title, "home_page_url": f.Base + f.Home, "feed_url": f.Base + f.Self,
		"language": "zh-CN", "items": items}, "", " ")
}
