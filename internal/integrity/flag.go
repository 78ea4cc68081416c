package integrity

import "math"

// Flag is one kind of evidence; a response carries the sum of its flags.
type Flag int

// Kinds of evidence. The numbers are stored: new kinds are added at the end.
const (
	Speed         Flag = 1 << iota // far faster than others with the same questionnaire
	Pages                          // single pages turned unread
	Straight                       // one answer all the way down
	Unknown                        // hardly anything scored
	Attention                      // the attention question was missed
	Coached                        // the respondent reports coaching or a promise
	Contradiction                  // answers that cannot both be meant
	Device                         // one device, several answers
	Copied                         // the same pattern as others of the community that day
	Burst                          // part of a burst
	Ceiling                        // all best, on a day when that was unusual in the community
	Crowded                        // many answers from one network within an hour
)

// Kind describes a flag for people.
type Kind struct {
	Flag   Flag    `json:"flag"`
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Weight float64 `json:"weight" doc:"how far it moves an answer up in the queue; no probability"`
}

// Kinds lists the flags in the order tables show them.
var Kinds = []Kind{
	{Speed, "speed", "作答过快", 0.30},
	{Pages, "pages", "翻页过快", 0.15},
	{Straight, "straight", "直线作答", 0.25},
	{Unknown, "unknown", "多数未作评价", 0.10},
	{Attention, "attention", "注意力题答错", 0.40},
	{Coached, "coached", "自述受到引导", 0.50},
	{Contradiction, "contradiction", "前后矛盾", 0.15},
	{Device, "device", "同一设备重复", 0.30},
	{Copied, "copied", "答卷雷同", 0.40},
	{Burst, "burst", "集中涌入", 0.25},
	{Ceiling, "ceiling", "当日满分异常", 0.15},
	{Crowded, "crowded", "同一网络集中", 0.10},
}

// kindOf returns the description of a flag.
func kindOf(f Flag) *Kind {
	for i := range Kinds {
		if Kinds[i].Flag == f {
			return &Kinds[i]
		}
	}
	panic("integrity: a flag without a description")
}

// flagByCode returns the flag with the code, 0 when there is none.
func flagByCode(code string) Flag {
	for i := range Kinds {
		if Kinds[i].Code == code {
			return Kinds[i].Flag
		}
	}
	return 0
}

// Codes lists the codes of the flags a sum holds.
func (f Flag) Codes() []string {
	codes := []string{}
	for i := range Kinds {
		if f&Kinds[i].Flag != 0 {
			codes = append(codes, Kinds[i].Code)
		}
	}
	return codes
}

// Reason is one piece of evidence in words with its numbers.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Mark is the evidence about one answer.
type Mark struct {
	ID      string   `json:"id"`
	Flags   Flag     `json:"-"`
	Score   float64  `json:"score" doc:"0 to 100; orders the queue: several independent grounds weigh more than one"`
	Reasons []Reason `json:"reasons"`
}

func (m *Mark) add(f Flag, text string) {
	if m.Flags&f == 0 {
		m.Flags |= f
		m.Reasons = append(m.Reasons, Reason{kindOf(f).Code, text})
	}
}

// weigh sets the score: 1 − Π (1 − weight) over the grounds, in percent.
func (m *Mark) weigh() {
	left := 1.0
	for i := range Kinds {
		if m.Flags&Kinds[i].Flag != 0 {
			left *= 1 - Kinds[i].Weight
		}
	}
	m.Score = math.Round(1000*(1-left)) / 10
}
