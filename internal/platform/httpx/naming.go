package httpx

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

var (
	packagePath = regexp.MustCompile(`[\w./-]+/(\w+)\.`)
	separators  = regexp.MustCompile(`[^A-Za-z0-9]+(\w?)`)
)

// schemaName names a type in the API description after its module, so that survey.Comment and rectify.Comment do not
// meet: SurveyComment, RectifyComment, and PageRectifyItem for a page of rectify.Item.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := t.Name()
	if name == "" {
		return capitalised(separators.ReplaceAllStringFunc(huma.DefaultSchemaNamer(t, hint), raise))
	}
	name = packagePath.ReplaceAllStringFunc(name, func(m string) string {
		return module(strings.TrimSuffix(m, ".")) + "."
	})
	name = capitalised(strings.Trim(separators.ReplaceAllStringFunc(name, raise), "]"))
	if own := module(t.PkgPath()); own != "" && !strings.HasPrefix(name, own) {
		name = own + name
	}
	return name
}

// raise turns a separator and the letter after it into the capital letter.
func raise(m string) string { return strings.ToUpper(m[len(m)-1:]) }

func capitalised(name string) string {
	if name == "" {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// module is the capitalised name of one of our modules, "" for the platform and for libraries.
func module(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i < 0 || strings.Contains(path, "/platform/") || !strings.HasPrefix(path, "yiwang/") {
		return ""
	}
	return strings.ToUpper(path[i+1:i+2]) + path[i+2:]
}
