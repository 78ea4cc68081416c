package opinion

import (
	"hash/fnv"
	"strings"

	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/words"
)

// Counted says how many speak, as far as it can be known without a link to answers and persons. A comment has none, so
// nobody can say how many persons exactly are behind several; what the comments tell apart themselves is a lower bound.
type Counted struct {
	Voices  int `json:"voices" doc:"Comments: each from one questionnaire, letter or call"`
	Texts   int `json:"texts" doc:"Different texts among them"`
	Persons int `json:"persons_least" doc:"Persons at least: nobody answers in two groups, and who lives in different homes is not the same person"`
	Homes   int `json:"homes_least" doc:"Households at least: different buildings and units that the comments say they are from, one if there is any voice from a home"`
}

// countVoices counts what the comments of one matter tell apart.
func countVoices(list []Comment) (c Counted) {
	texts, groups, homes := map[int64]bool{}, map[string]bool{}, map[string]bool{}
	atHome := false
	for i := range list {
		texts[twin(list[i].Text)] = true
		groups[list[i].Group] = true
		if list[i].Group != groupUnit {
			atHome = true
		}
		if h := homeOf(list[i].Text); h != "" {
			homes[h] = true
		}
	}
	c = Counted{Voices: len(list), Texts: len(texts), Homes: len(homes)}
	if c.Homes == 0 && atHome {
		c.Homes = 1
	}
	c.Persons = min(c.Voices, max(len(groups), c.Homes))
	return c
}

// groupUnit is the group of those who answer for an enterprise or another unit.
const groupUnit = "unit"

// twin is the same for texts that differ in marks, spaces and width only.
func twin(text string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ReplaceAll(string(words.Normalise(text)), ".", ""))) // a hash never fails to write
	return int64(h.Sum64() >> 1)
}

// homeOf finds the building and unit that somebody says to live in, such as "住3幢2单元的": a number with its unit after
// a word for living there. "" where nobody says so; a building that is only spoken of is not a home.
func homeOf(text string) string {
	t := words.Normalise(mask.Without(text))
	for i := range t {
		if t[i] != '住' && (t[i] != '家' || i+1 >= len(t) || t[i+1] != '在') {
			continue
		}
		for k := i + 1; k < min(len(t), i+14) && t[k] != '.'; k++ {
			if n := numberAt(t[k:]); n > 0 {
				end := k + n
				for n = numberAt(t[end:]); n > 0; n = numberAt(t[end:]) {
					end += n
				}
				return string(t[k:end])
			}
		}
	}
	return ""
}
