package camera

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
)

// Piece is a playlist or a segment of a live picture.
type Piece struct {
	Data  []byte
	Kind  string // media type, by the content
	Range string // which part of the file it is, where only a part was asked for
	Done  func() // called once it was handed over; nil for what takes no room
}

// Bounds of what is fetched for a live picture.
const (
	maxPiece    = 16 << 20
	maxPlaylist = 256 << 10
	maxRef      = 2_000
)

// firstPiece is the name of the playlist that a camera is registered with.
const firstPiece = "index.m3u8"

var rangePattern = regexp.MustCompile(`^bytes=[0-9]{1,12}-[0-9]{1,12}$`)

// Piece returns a piece of the live picture of a running look: the playlist of the camera under the name index.m3u8, everything else
// under the names that its playlists give. Addresses in playlists are replaced by such names, which are signed: the folder of a
// media server may hold the pictures of other cameras too, whose names nobody can make up. What lies on another server than the
// playlist of the camera, or outside its folder, is never fetched. Unavailable if the media server does not answer with at most
// 16 MB in ten seconds, or if too much is under way already. The caller calls Done once the piece was handed over.
func (s *Service) Piece(ctx context.Context, look, name, part string) (*Piece, error) {
	c, _, err := s.lookOf(ctx, look)
	if err != nil {
		return nil, err
	}
	if c.HLS == "" {
		return nil, errs.NotFound("camera.no_stream", "This camera has no live picture.")
	}
	folder, err := s.folderOf(c)
	if err != nil {
		return nil, silent(err)
	}
	at := folder.file
	if name != firstPiece {
		if at = folder.named(name); at == nil {
			return nil, errs.NotFound("camera.no_piece", "There is no such piece of this picture.")
		}
	}
	var head []string
	if rangePattern.MatchString(part) {
		head = []string{"Range", part}
	}
	room, err := s.held.claim(auth.From(ctx).UserID)
	if err != nil {
		return nil, err
	}
	out, err := s.fetch(ctx, room, at, folder, head)
	if err != nil {
		room.release()
		return nil, err
	}
	out.Done = room.release
	return out, nil
}

// fetch gets a piece and names what a playlist refers to.
func (s *Service) fetch(ctx context.Context, room *claim, at *url.URL, in *folder, head []string) (*Piece, error) {
	data, answer, err := s.ask(ctx, question{method: http.MethodGet, address: at.String(), limit: maxPiece, head: head, room: room})
	if err != nil {
		return nil, err
	}
	out := &Piece{Data: data, Kind: kindOf(data), Range: answer.Get("Content-Range")}
	if out.Kind == playlistKind {
		if len(data) > maxPlaylist {
			return nil, silent(errPlaylist)
		}
		out.Data = in.rewrite(at, data)
	}
	return out, nil
}

var errPlaylist = errs.Unavailable("camera.silent", "The playlist is too long.")

// folder is where the live picture of a camera lies: nothing outside it is fetched for that camera.
type folder struct {
	file *url.URL // the playlist of the camera
	path string   // of the folder, ends with a slash
	sign func(ref string) string
}

func (s *Service) folderOf(c *Camera) (*folder, error) {
	u, err := url.Parse(c.HLS)
	if err != nil {
		return nil, err
	}
	dir := path.Dir("/" + strings.TrimPrefix(u.Path, "/"))
	sign := func(ref string) string {
		sum := sha256.Sum256([]byte(c.ID + " " + c.HLS + " " + ref))
		return s.Box.BlindIndex("camera.piece", hex.EncodeToString(sum[:]))[:signLength]
	}
	return &folder{u, strings.TrimSuffix(dir, "/") + "/", sign}, nil
}

// signLength is how much of a signature a name carries: 132 bits.
const signLength = 22

// holds reports whether an address is in the folder.
func (f *folder) holds(u *url.URL) bool {
	return u.Scheme == f.file.Scheme && u.Host == f.file.Host && u.User == nil && path.Clean(u.Path) == u.Path && strings.HasPrefix(u.Path, f.path)
}

// named is the address that a name stands for; nil for a name that this folder gave to nothing.
func (f *folder) named(name string) *url.URL {
	encoded, sign, _ := strings.Cut(name, ".")
	ref, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(ref) == 0 || len(ref) > maxRef || !hmac.Equal([]byte(sign), []byte(f.sign(string(ref)))) {
		return nil
	}
	file, query, _ := strings.Cut(string(ref), "?")
	u := &url.URL{Scheme: f.file.Scheme, Host: f.file.Host, Path: f.path + file, RawQuery: query}
	if !f.holds(u) {
		return nil
	}
	return u
}

// name is what a reference in a playlist at an address is called here; "" for what lies outside.
func (f *folder) name(at *url.URL, ref string) string {
	u, err := at.Parse(strings.TrimSpace(ref))
	if err != nil || len(ref) > maxRef || !f.holds(u) {
		return ""
	}
	text := strings.TrimPrefix(u.Path, f.path)
	if u.RawQuery != "" {
		text += "?" + u.RawQuery
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text)) + "." + f.sign(text)
}

var uriPattern = regexp.MustCompile(`URI="([^"]*)"`)

// partial are the lines of low-latency playlists; without them the whole segments remain, which every player understands.
var partial = []string{"#EXT-X-PART", "#EXT-X-SERVER-CONTROL", "#EXT-X-PRELOAD-HINT", "#EXT-X-RENDITION-REPORT", "#EXT-X-SKIP"}

// rewrite replaces every reference of a playlist by a name of this folder. A line that refers to something outside is left out.
func (f *folder) rewrite(at *url.URL, playlist []byte) []byte {
	var out bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(playlist))
	lines.Buffer(nil, maxPlaylist+1)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r ")
		switch {
		case hasAny(line, partial):
			continue
		case !strings.HasPrefix(line, "#") && line != "":
			if line = f.name(at, line); line == "" {
				continue
			}
		case strings.Contains(line, `URI="`):
			outside := false
			line = uriPattern.ReplaceAllStringFunc(line, func(attribute string) string {
				name := f.name(at, attribute[5:len(attribute)-1])
				outside = outside || name == ""
				return `URI="` + name + `"`
			})
			if outside {
				continue
			}
		}
		out.WriteString(line + "\n")
	}
	return out.Bytes()
}

func hasAny(line string, beginnings []string) bool {
	for _, b := range beginnings {
		if strings.HasPrefix(line, b) {
			return true
		}
	}
	return false
}

const playlistKind = "application/vnd.apple.mpegurl"

// kindOf is the media type of a piece by its content; what a media server says of it is not believed.
func kindOf(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("#EXTM3U")), bytes.HasPrefix(data, []byte("\xEF\xBB\xBF#EXTM3U")):
		return playlistKind
	case len(data) > 188 && data[0] == 0x47 && data[188] == 0x47:
		return "video/mp2t"
	case len(data) > 8 && hasAny(string(data[4:8]), []string{"ftyp", "styp", "moof", "sidx", "prft", "emsg"}):
		return "video/mp4"
	case bytes.HasPrefix(data, []byte("WEBVTT")):
		return "text/vtt"
	}
	return "application/octet-stream"
}
