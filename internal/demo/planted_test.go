package demo

import (
	"context"
	"testing"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/mask"
)

// planted is a wave of voices whose matters are known, as grouping sees them.
func planted(t testing.TB, scale string) (waves [][]opinion.Voice, matters [][]int, areas []string) {
	t.Helper()
	l, err := newLoader(Deps{}, scales[scale], Options{Scale: scale, Seed: 2026})
	must(t, err)
	must(t, l.readGround(context.Background()))
	part, err := l.ground.partition()
	must(t, err)
	l.tally(l.choose(part))
	l.nameEstates()
	l.rounds = story()
	model := opinion.NewModel(opinion.DefaultCatalog())
	for _, r := range l.rounds {
		must(t, l.planVoices(r))
		var voices []opinion.Voice
		var of []int
		for m, x := range r.matters {
			for _, i := range x.voices {
				voices, of = append(voices, heard(model, &r.voices[i])), append(of, m)
			}
		}
		waves, matters = append(waves, voices), append(matters, of)
	}
	for _, c := range l.ground.communities {
		areas = append(areas, c.name)
	}
	return waves, matters, areas
}

// heard is a voice before anybody confirmed its field: what the model suggests, and what the person ticked.
func heard(model *opinion.Model, v *voice) opinion.Voice {
	out := opinion.Voice{Text: mask.Text(v.text), Area: v.street.code}
	if v.community != nil {
		out.Area = v.community.code
	}
	sum, list := 0.0, model.Classify(out.Text)
	for _, s := range list {
		if !s.Also {
			sum += s.Confidence
		}
	}
	for _, s := range list {
		out.Topics = append(out.Topics, opinion.Share{Class: s.Field, P: s.Confidence / max(1, sum)})
	}
	if len(list) > 0 {
		out.Leaf = list[0].Leaf
	}
	if len(v.ticked) > 0 {
		out.Topics = []opinion.Share{{Class: v.ticked[0], P: 1}}
	}
	return out
}

// pairs counts the pairs of voices that belong together, those found, and those wrongly found.
func pairs(found []opinion.Matter, of []int) (all, hit, wrong, groups, mixed int) {
	size := map[int]int{}
	for _, m := range of {
		size[m]++
	}
	for _, n := range size {
		all += n * (n - 1) / 2
	}
	for _, f := range found {
		in, good := map[int]int{}, 0
		for _, i := range f.Voices {
			in[of[i]]++
		}
		for _, n := range in {
			good += n * (n - 1) / 2
		}
		n := len(f.Voices)
		hit, wrong = hit+good, wrong+n*(n-1)/2-good
		if n > 1 {
			groups++
		}
		if len(in) > 1 {
			mixed++
		}
	}
	return all, hit, wrong, groups, mixed
}

func TestGroup_FindsTheMattersThatWerePlanted(t *testing.T) {
	t.Parallel()
	for scale, floor := range map[string]float64{"gulou": 0.90, "small": 0.90} {
		waves, of, areas := planted(t, scale)
		allSum, hitSum, wrongSum := 0, 0, 0
		for w := range waves {
			all, hit, wrong, groups, mixed := pairs(opinion.Group(waves[w], areas), of[w])
			t.Logf("%s wave %d: %d voices, %.1f %% of the pairs found, %.2f %% of the found are wrong, %d of %d groups mixed", scale, w+1, len(waves[w]),
				100*float64(hit)/float64(all), 100*float64(wrong)/float64(hit+wrong), mixed, groups)
			allSum, hitSum, wrongSum = allSum+all, hitSum+hit, wrongSum+wrong
		}
		recall, wrong := float64(hitSum)/float64(allSum), float64(wrongSum)/float64(hitSum+wrongSum)
		t.Logf("%s: recall %.3f, wrong %.4f", scale, recall, wrong)
		if recall < floor || wrong > 0.02 {
			t.Errorf("%s: recall %.3f (wanted %.2f), wrong merges %.4f (wanted 0.02 at most)", scale, recall, floor, wrong)
		}
	}
}

// BenchmarkGroup_HundredThousand groups the comments of the district thirty times over, each time in areas of its own.
func BenchmarkGroup_HundredThousand(b *testing.B) {
	waves, _, areas := planted(b, "gulou")
	var voices []opinion.Voice
	for n := 0; len(voices) < 100_000; n++ {
		for _, v := range waves[n%2] {
			v.Area += string(rune('a' + n%26))
			voices = append(voices, v)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		opinion.Group(voices, areas)
	}
}
