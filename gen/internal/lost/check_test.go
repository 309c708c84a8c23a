package lost_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen/internal/lost"
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

const generatedFile = "sdk/authpi/types_gen.go"

const generated = `package authpi

import "time"

// Level is a level. Title and High are words of its comment.
type Level string

const (
	LevelLow  Level = "low"
	LevelHigh Level = "high"
)

type Member struct {
	Title  string
	Joined time.Time
}

type Options struct {
	Title string
}

func (m *Member) Age() time.Duration { return 0 }
`

// module holds hand-written code that uses what is generated, and some that has the same names and does not.
var module = map[string]string{
	"sdk/authpi/level.go": "package authpi\n\nfunc (l Level) high() bool { return l == LevelHigh }\n",
	"sdk/claims/claims.go": "package claims\n\nimport \"time\"\n\ntype Member struct {\n\tTitle  string\n\tJoined time.Time\n}\n" +
		"\nconst LevelHigh = 1\n",
	"app/app.go": "package app\n\n" +
		"import (\n\t\"net/http\"\n\n\t\"example.com/sample/sdk/authpi\"\n\t\"example.com/sample/sdk/claims\"\n)\n\n" +
		"func convert(m claims.Member) authpi.Member { return authpi.Member(m) }\n\n" +
		"func print(w http.ResponseWriter, m claims.Member) {\n\tw.Write([]byte(m.Title))\n\tw.High(claims.LevelHigh)\n}\n",
	"app/app_test.go": "package app_test\n\n" +
		"import \"example.com/sample/sdk/authpi\"\n\nvar _ = authpi.Options{Title: \"x\"}.Title\n\n" +
		"var _ = (&authpi.Member{}).Age()\n",
	"app/.hidden/hidden.go": "package hidden\n\nimport \"example.com/sample/sdk/authpi\"\n\nvar _ = authpi.LevelHigh\n",
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name, from, to string
		want           []string // all that is said
	}{
		{name: "nothing"},
		{"a comment", "are words of", "are mentioned by", nil},
		{"an addition", "LevelLow ", "LevelMiddle Level = \"middle\"\n\tLevelLow ", nil},
		{"what nothing uses", "\tLevelLow  Level = \"low\"\n", "", nil},
		{"a constant", "\tLevelHigh Level = \"high\"\n", "", []string{
			"sdk/authpi/level.go:3:42: LevelHigh is used by hand-written code and the interface no longer has it",
		}},
		{"a field", "struct {\n\tTitle string\n}", "struct{}", []string{
			"app/app_test.go:5:24: Title is used by hand-written code and the interface no longer has it",
			"app/app_test.go:5:36: Title is used by hand-written code and the interface no longer has it",
		}},
		{"a field of a converted type", "\tTitle  string\n", "", []string{
			"app/app.go:10:68: cannot convert m (variable of struct type claims.Member) to type authpi.Member; " +
				"this compiled before the interface changed",
		}},
		{"the type of a field", "Joined time.Time", "Joined string", []string{
			"app/app.go:10:68: cannot convert m (variable of struct type claims.Member) to type authpi.Member; " +
				"this compiled before the interface changed",
		}},
		{"a parameter more", "Age()", "Age(years int)", []string{
			"app/app_test.go:7:32: not enough arguments in call to (&authpi.Member{}).Age have () want (int); " +
				"this compiled before the interface changed",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Contains(t, generated, test.from)
			root := fstest.MapFS{generatedFile: {Data: []byte(generated)}}
			for name, text := range module {
				root[name] = &fstest.MapFile{Data: []byte(text)}
			}
			after := map[string][]byte{generatedFile: []byte(strings.Replace(generated, test.from, test.to, 1)), "docs/INTERFACE.md": nil}
			diags := &spec.Diagnostics{File: "INTERFACE.yaml"}
			require.NoError(t, lost.Check("example.com/sample", root, map[string][]byte{generatedFile: []byte(generated)}, after, diags))
			var want strings.Builder
			for _, line := range test.want {
				want.WriteString(line + "\n")
			}
			assert.Equal(t, want.String(), diags.Render())
		})
	}
}

// TestNewFiles holds that nothing is lost where nothing was generated before.
func TestNewFiles(t *testing.T) {
	diags := &spec.Diagnostics{}
	after := map[string][]byte{generatedFile: []byte(generated)}
	require.NoError(t, lost.Check("example.com/sample", fstest.MapFS{}, nil, after, diags))
	assert.Empty(t, diags.Render())
}
