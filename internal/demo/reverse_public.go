package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"sync"
	"time"

	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/picture"
	"yiwang/internal/rectify"
)

// publicGallery holds the public file of every drawing, by the reference of the drawing.
type publicGallery struct {
	mu    sync.Mutex
	files map[string]publicDrawing
}

type publicDrawing struct {
	photo rectify.Photo
	areas []picture.Area
}

// covered are the areas of scenes that would give somebody away on a real photo: plates of parked cars, house numbers.
var covered = map[string][]picture.Area{
	"corridor": {{X: 0.42, Y: 0.26, W: 0.16, H: 0.12}},
	"bikes":    {{X: 0.3, Y: 0.62, W: 0.14, H: 0.1}},
}

// storePublic makes what everybody may see of a drawing.
func (l *loader) storePublic(ctx context.Context, scene string, original rectify.Photo, m *image.RGBA) error {
	picture.Hide(m, covered[scene])
	safe, err := picture.JPEG(m)
	if err != nil {
		return err
	}
	f, _, err := blob.Ingest(ctx, l.Blobs, bytes.NewReader(safe), blob.Rules{Types: blob.Photos, Bytes: rectify.MaxPhoto})
	l.shown.mu.Lock()
	defer l.shown.mu.Unlock()
	if l.shown.files == nil {
		l.shown.files = map[string]publicDrawing{}
	}
	l.shown.files[original.SHA256] = publicDrawing{rectify.Photo{Ref: f.Key, SHA256: f.Key, MediaType: string(f.Type), Size: f.Size}, covered[scene]}
	return err
}

// writePage plans that those who left a number are told, and that the editor writes the public page, decides about the
// photos and submits it.
func (f *life) writePage() {
	m := f.m
	f.l.at(f.at.Add(slot), func(ctx context.Context, tx *db.Tx) error {
		ctx = f.l.as(ctx, "editor")
		v, err := f.l.Rectify.PageOfTx(ctx, tx, m.id)
		if err != nil {
			return err
		}
		if err := f.l.tellSpeakers(ctx, tx, &v.Item); err != nil {
			return err
		}
		version, err := f.l.Rectify.WritePageTx(ctx, tx, m.id, v.PageTexts, 0)
		for i := 0; err == nil && i < len(v.Shots); i++ {
			made, ok := f.l.shown.files[v.Shots[i].Original]
			version, err = f.l.Rectify.DecideShotTx(ctx, tx, m.id, v.Shots[i].EvidenceID,
				rectify.ShotChoice{Version: version, Shown: ok, Areas: made.areas, Caption: v.Shots[i].Caption}, made.photo)
		}
		if err != nil {
			return err
		}
		return f.l.Rectify.SubmitPageTx(ctx, tx, m.id, version)
	})
}

// What residents say about published answers, in our own words. One of them names a telephone number, which is masked.
var (
	contentWords = []string{"", "", "", "确实弄好了，谢谢", "去看过了，是好的", "比以前强多了", "总算有人管了，希望保持", "楼里老人都说好"}
	angryWords   = []string{"", "只弄了一半，里面那段还是老样子", "弄好没几天又这样了", "照片是好的，晚上去看还是不行", "没人来问过我们住户", "还是没解决，打%s找我"}
)

// hearVoices plans what residents say after the answer was published, and that the editor reads most of it.
func (f *life) hearVoices() {
	share := 0.45
	if f.early {
		share = 0.2
	}
	if !chance(f.rnd, share) {
		return
	}
	doubt := 0.14
	if chance(f.rnd, 0.12) {
		doubt = 0.8
	}
	at := f.at
	for n := range 1 + f.rnd.IntN(6) {
		at = at.Add(time.Duration(3+f.rnd.IntN(40)) * time.Hour)
		in := rectify.Voiced{Device: fmt.Sprintf("demo-%s-%d-%08x", f.m.kind.Field, n, f.rnd.Uint32()), Solved: !chance(f.rnd, doubt)}
		words := contentWords
		if !in.Solved {
			words = angryWords
		}
		if in.Words = pick(f.rnd, words); in.Words == angryWords[len(angryWords)-1] {
			in.Words = fmt.Sprintf(in.Words, fictionalPhone(f.rnd))
		}
		read := chance(f.rnd, 0.85)
		f.l.at(at, func(ctx context.Context, tx *db.Tx) error {
			in.Words = mask.Public(in.Words) // as the public door does it
			_, err := f.l.Rectify.SpeakTx(auth.System(ctx, "居民"), tx, f.m.id, in)
			return err
		})
		if in.Words != "" && read {
			f.l.at(at.Add(20*time.Hour), func(ctx context.Context, tx *db.Tx) error { return f.l.readVoices(f.l.as(ctx, "editor"), tx, f.m) })
		}
	}
}

// readVoices shows what was said about one answer and not read yet.
func (l *loader) readVoices(ctx context.Context, tx *db.Tx, m *matter) error {
	waiting, err := l.Rectify.WaitingVoicesTx(ctx, tx, m.id)
	for _, v := range waiting {
		if err != nil {
			return err
		}
		_, err = l.Rectify.JudgeTx(ctx, tx, v.ID, rectify.Judgement{Version: v.Version, Show: true})
	}
	return err
}

// tellSpeakers sends those who left a number what became of their words, when the reaction would have.
func (l *loader) tellSpeakers(ctx context.Context, tx *db.Tx, item *rectify.Item) error {
	ctx = auth.System(ctx, "demo")
	comments, err := l.Opinions.IDsOfItemTx(ctx, tx, item.ID)
	if err != nil {
		return err
	}
	phones, err := l.Survey.ContactsTx(ctx, tx, comments)
	var notes []messages.Note
	for _, phone := range phones {
		notes = append(notes, messages.Note{Event: "item_told", Audience: messages.ToReporter, Key: item.ID + "/item_told", Phone: phone, SubjectID: item.ID, Number: item.No, AreaCode: item.AreaCode,
			Values: map[string]string{"number": item.No, "title": mask.Public(item.Title), "reply": item.Outcome}})
	}
	if err != nil || notes == nil {
		return err
	}
	return l.Messages.SendTx(ctx, tx, notes)
}

// deliverMessages hands what waits to the providers once a week, so that it is not all sent on the last day.
func (l *loader) deliverMessages() {
	for at := l.moved(begin).AddDate(0, 3, 0); at.Before(l.end); at = at.AddDate(0, 0, 7) {
		l.atWhole(at, l.Messages.Deliver)
	}
}
