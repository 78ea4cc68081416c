package appraisal

import (
	"slices"

	"yiwang/internal/survey"
)

// Level is a level of the indicator tree.
type Level string

// Levels of the tree; LevelOverall is the overall question and LevelEvaluated another cut of the questions, neither a part of the total.
const (
	LevelTotal     Level = "total"
	LevelDimension Level = "dimension"
	LevelKeyPoint  Level = "key_point"
	LevelIndicator Level = "indicator"
	LevelOverall   Level = "overall"
	LevelEvaluated Level = "evaluated" // a level that residents evaluate: street, community, social workers; no part of the total
)

// Node is a place in the tree that has a score: the total, a dimension, a key point or an indicator.
type Node struct {
	Code    string   `json:"code"`
	Name    string   `json:"name"`
	Level   Level    `json:"level"`
	Parent  string   `json:"parent,omitempty"`
	Weight  float64  `json:"weight"`
	Members []string `json:"members" doc:"indicator codes below"`
}

// NodeTotal and NodeOverall are the codes of the two nodes that are not in the file.
const (
	NodeTotal   = "TOTAL"
	NodeOverall = "Q-ALL"
)

// Nodes returns the tree in reading order: total, then every dimension followed by its key points and their
// indicators, then the overall question.
func (s *System) Nodes() []Node {
	total := Node{Code: NodeTotal, Name: "正向评价得分", Level: LevelTotal, Weight: 100}
	var nodes []Node
	for _, d := range s.Dimensions {
		dim := Node{Code: d.Code, Name: d.Name, Level: LevelDimension, Parent: NodeTotal, Weight: d.Weight}
		var below []Node
		for _, k := range d.KeyPoints {
			kp := Node{Code: k.Code, Name: k.Name, Level: LevelKeyPoint, Parent: d.Code, Weight: k.Weight}
			var leaves []Node
			for _, i := range k.Indicators {
				kp.Members = append(kp.Members, i.Code)
				leaves = append(leaves, Node{Code: i.Code, Name: i.Name, Level: LevelIndicator, Parent: k.Code, Weight: i.Weight, Members: []string{i.Code}})
			}
			dim.Members = append(dim.Members, kp.Members...)
			below = append(append(below, kp), leaves...)
		}
		total.Members = append(total.Members, dim.Members...)
		nodes = append(append(nodes, dim), below...)
	}
	nodes = append([]Node{total}, nodes...)
	return append(nodes, Node{Code: NodeOverall, Name: "总体满意度（不计入总分）", Level: LevelOverall, Members: []string{NodeOverall}})
}

// evaluated returns the levels of a plan as nodes.
func evaluated(plan *survey.Plan) (nodes []Node) {
	for _, l := range plan.Levels {
		nodes = append(nodes, Node{Code: l.Code, Name: l.Name, Level: LevelEvaluated, Members: l.Items})
	}
	return nodes
}

// mix is the weights of items in a questionnaire's score; they add up to 1.
type mix struct {
	items  []int
	shares []float64
}

// node is a Node with its mixes worked out for the questionnaires of a wave.
type node struct {
	Node
	mixes map[survey.Group]mix
}

// newNode works out the mixes. An item that a questionnaire does not ask takes its weight along: "按比例归一". Items of evaluated
// levels and the overall question weigh alike.
func newNode(n Node, l *layout, weights map[string]float64) *node {
	c := &node{Node: n, mixes: map[survey.Group]mix{}}
	for _, g := range survey.Groups {
		var m mix
		asked := l.pos[g]
		if asked == nil {
			continue
		}
		for j, code := range l.items {
			if asked[j] < 0 || !slices.Contains(n.Members, code) {
				continue
			}
			w := weights[code]
			if n.Level == LevelOverall || n.Level == LevelEvaluated {
				w = 1
			}
			m.items, m.shares = append(m.items, j), append(m.shares, w)
		}
		c.mixes[g] = m.normal()
	}
	return c
}

// available is the node's mix in a group without the items nobody gave a scored answer to.
func (n *node) available(group survey.Group, answered func(item int) bool) mix {
	full := n.mixes[group]
	if !slices.ContainsFunc(full.items, func(j int) bool { return !answered(j) }) {
		return full
	}
	var m mix
	for a, j := range full.items {
		if answered(j) {
			m.items, m.shares = append(m.items, j), append(m.shares, full.shares[a])
		}
	}
	return m.normal()
}

func (m mix) normal() mix {
	sum := 0.0
	for _, s := range m.shares {
		sum += s
	}
	for i := range m.shares {
		m.shares[i] /= sum
	}
	return m
}
