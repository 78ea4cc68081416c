package survey

import (
	"os"
	"strings"
	"testing"

	shipped "yiwang/data/appraisal"
)

func TestColumns_AreAllDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/import-answers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, forms, err := ParseQuestionnaires(shipped.Questionnaires)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Columns(forms, nil) {
		if !strings.Contains(string(text), "| `"+c.Code+"` |") || !strings.Contains(string(text), c.Title) {
			t.Errorf("column %s (%s) is not in docs/import-answers.md", c.Code, c.Title)
		}
	}
}
