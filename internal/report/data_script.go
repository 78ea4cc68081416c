package report

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"text/template"

	"yiwang/internal/appraisal"
	"yiwang/internal/survey"
)

//go:embed script.R
var scriptSource string

var scriptTemplate = template.Must(template.New("script").Parse(scriptSource))

type scriptStep struct {
	Mark      string
	Score     float64
	Satisfied int
}

type scriptGroup struct {
	Code   survey.Group
	Weight float64
}

// writeScript writes the R script. Everything put into it is a code, a mark or a number of a validated plan, except the name of the wave, which is a
// comment on one line.
func (r *release) writeScript(w io.Writer) error {
	view := struct {
		Wave, District, Method, Low, High string
		Scale                             []scriptStep
		Groups                            []scriptGroup
		Streets, Margins                  []string
		Clusters                          bool
	}{Wave: oneLine(r.wave.Name), District: r.wave.Area, Streets: r.plan.Streets(), Clusters: r.clusters(), Method: survey.Poststratify, Low: "-Inf", High: "Inf"}
	for _, step := range r.plan.Scale {
		s := scriptStep{Mark: step.Mark, Score: *step.Score}
		if step.Satisfied {
			s.Satisfied = 1
		}
		view.Scale = append(view.Scale, s)
	}
	for _, g := range survey.Groups {
		view.Groups = append(view.Groups, scriptGroup{g, r.plan.RespondentWeights[g]})
	}
	if rule := r.plan.Weighting; rule != nil {
		if rule.Method != "" && len(rule.Margins) > 0 {
			view.Method = rule.Method
		}
		if rule.High > 0 {
			view.Low, view.High = exact(rule.Low), exact(rule.High)
		}
	}
	for k := range r.targetedMargins() {
		view.Margins = append(view.Margins, fmt.Sprintf("cal%d", k+1))
	}
	return scriptTemplate.Execute(w, view)
}

// targetedMargins is how many calibration classes the answers that make the score have.
func (r *release) targetedMargins() (n int) {
	for i := range r.rows {
		if r.rows[i].Channel == survey.Targeted {
			n = max(n, len(r.rows[i].weight.Margins))
		}
	}
	return n
}

func oneLine(text string) string {
	out := []rune{}
	for _, c := range text {
		if c >= ' ' {
			out = append(out, c)
		}
	}
	return string(out)
}

// writeIndicators writes which columns make which score, with their weights: a row per place in the tree, group and indicator asked.
func (r *release) writeIndicators(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"node", "name", "group", "indicator", "column", "weight"}); err != nil {
		return err
	}
	for _, n := range r.nodes {
		for _, g := range survey.Groups {
			form := r.forms[g]
			if form == nil {
				continue
			}
			for _, member := range n.Members {
				for _, q := range form.ScaleQuestions() {
					if q.Indicator != member && (q.Indicator != "" || q.Code != member) {
						continue
					}
					if err := out.Write([]string{n.Code, n.Name, string(g), member, columnOf(&q), strconv.FormatFloat(r.weightOf(&n, member), 'g', -1, 64)}); err != nil {
						return err
					}
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

// weightOf is the weight of a member; members without one of their own weigh alike.
func (r *release) weightOf(n *appraisal.Node, member string) float64 {
	if v := r.plan.Weights[member]; v > 0 && n.Level != appraisal.LevelOverall && n.Level != appraisal.LevelEvaluated {
		return v
	}
	return 1
}

// writeExpected writes the scores of the last run that the script computes again.
func (r *release) writeExpected(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"area", "node", "score", "se", "rate", "rate_se", "n"}); err != nil {
		return err
	}
	for i := range r.run.Result.V.Scores {
		s := &r.run.Result.V.Scores[i]
		if s.Channel != survey.Targeted || s.Group != "" || s.AreaLevel == appraisal.AtCommunity || s.Score == nil {
			continue
		}
		line := []string{s.AreaCode, s.Code}
		for _, v := range []*float64{s.Score, s.SE, s.Rate, s.RateSE} {
			if v == nil {
				line = append(line, "")
				continue
			}
			line = append(line, strconv.FormatFloat(*v, 'f', -1, 64))
		}
		if err := out.Write(append(line, strconv.Itoa(s.N))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
