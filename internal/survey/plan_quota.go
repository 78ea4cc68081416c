package survey

// Quota is the most answers a cell takes; an empty field stands for all.
type Quota struct {
	Street  string  `json:"street,omitempty"`
	Group   Group   `json:"group,omitempty"`
	Channel Channel `json:"channel,omitempty"`
	Most    int     `json:"most"`
}
