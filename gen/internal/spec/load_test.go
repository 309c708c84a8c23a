package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

const header = "sdk: {name: sample, version: 0.1.0, module: example.com/sample, doc: Shows the loader.}\n"

func TestLoadRefusesWhatIsNoSpec(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"empty", "", "S.yaml: the file is empty"},
		{"only a comment", "# text\n", "S.yaml: the file is empty"},
		{"a list", "- a\n", "S.yaml:1:1: the file must be a mapping, not a list"},
		{"a text", "text\n", "S.yaml:1:1: the file must be a mapping, not a text"},
		{"a byte order mark", "\ufeff" + header, "S.yaml:1:1: the file starts with a byte order mark"},
		{"UTF-16", "\xff\xfes\x00d\x00k\x00", "S.yaml:1:4: the file has a NUL character"},
		{"NUL", header + "a\x00b: 1\n", "S.yaml:2:2: the file has a NUL character"},
		{"Latin-1", header + "caf\xe9: 1\n", "S.yaml:2:1: the line is not valid UTF-8"},
		{"too large", header + strings.Repeat("#", 8<<20), "S.yaml: the file is larger than 8388608 bytes"},
		{"nested by brackets", header + "config: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested too deep"},
		{"nested beyond the parser in the first line", "{a: " + strings.Repeat("{a: ", 20000), "S.yaml:1:1: not YAML: exceeded max depth"},
		{"nested beyond the parser", header + "config: " + strings.Repeat("{a: ", 200000), "S.yaml:2:1: not YAML: "},
		{"nested by indent", header + "config:\n" + steps(60), "nested too deep"},
		{"a cut list", header + "config: [a\n", "not YAML: "},
		{"an alias bomb", "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "S.yaml:2:8: an alias"},
		{"an unknown alias", header + "# *none\nconfig: # *none\n  a: [é, *none]\n", "S.yaml:4:10: an alias: write the value out\n      a: [é, *none]\n             ^\n"},
		{"an alias alone", "*none\n", "S.yaml:1:1: an alias"},
		{"a version of YAML", "%YAML 1.2\n---\n" + header, "S.yaml:1:1: not YAML: found incompatible YAML document\n    %YAML 1.2\n    ^\n"},
		{"a tab", header + "config:\n  a:\n  \tb: c\n", "S.yaml:4:3: not YAML: a tab in the indentation; indent with spaces\n"},
		{"a tab in the first line", "\tsdk: a\n", "S.yaml:1:1: not YAML: a tab in the indentation"},
		{"a character that starts nothing", header + "@a: b\n", "S.yaml:2:1: not YAML: found character that cannot start any token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			node, diags := spec.Load("S.yaml", []byte(test.source))
			assert.Nil(t, node)
			assert.Positive(t, diags.Errors())
			assert.Contains(t, diags.Render(), test.want)
			assert.Less(t, len(diags.Render()), 1000)
		})
	}
}

func steps(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%sa:\n", strings.Repeat(" ", i+1))
	}
	return b.String()
}

// TestTextsAreTakenAsWritten holds that YAML's own types never change a text.
func TestTextsAreTakenAsWritten(t *testing.T) {
	node, diags := spec.Load("S.yaml", []byte(header+`
config:
  a: {type: string, default: 010, since: 1.10, source: 2026-01-02}
  b:
    type: string
    default: yes
    doc: >
      Folded
      text.
  c:
    type: [string]
    required: true
`))
	require.Empty(t, diags.Render())
	options := node.Get("config").Items()
	require.Len(t, options, 3)
	assert.Equal(t, "010", options[0].Get("default").Text())
	assert.Equal(t, "1.10", options[0].Get("since").Text())
	assert.Equal(t, "2026-01-02", options[0].Get("source").Text())
	assert.Equal(t, "yes", options[1].Get("default").Text())
	assert.Equal(t, "Folded text.", options[1].Get("doc").Text())
	assert.Equal(t, "[string]", options[2].Get("type").Text())
	assert.True(t, options[2].Get("required").Flag())
	assert.Equal(t, spec.Position{Line: 4, Column: 6}, options[0].Pos)
	assert.Equal(t, spec.Position{Line: 4, Column: 3}, options[0].At())
}

// TestAbsentNodes holds that what is absent can be asked on, and that a key outside of the vocabulary is a mistake of
// the program.
func TestAbsentNodes(t *testing.T) {
	node, _ := spec.Load("S.yaml", []byte(header))
	absent := node.Get("config").Get("client_id").Get("type")
	assert.Nil(t, absent)
	assert.Empty(t, absent.Text())
	assert.Empty(t, absent.Items())
	assert.False(t, absent.Flag())
	assert.Zero(t, absent.At())
	assert.Panics(t, func() { node.Get("confg") })
}

// TestWindowsLineEndings holds that a spec reads the same with them.
func TestWindowsLineEndings(t *testing.T) {
	text := header + "config:\n  client_id: {type: string, doc: The client ID.}\n  bad: {tpye: string}\n"
	_, unix := spec.Load("S.yaml", []byte(text))
	_, windows := spec.Load("S.yaml", []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	assert.Equal(t, unix.Render(), windows.Render())
	assert.Contains(t, unix.Render(), "S.yaml:4:9: unknown key \"tpye\" in config.bad; did you mean \"type\"?\n      bad: {tpye: string}\n            ^\n")
}

// TestCaret holds that the caret stands under the place, in lines of any length and script.
func TestCaret(t *testing.T) {
	for _, line := range []string{
		"a: {x: 1}", "  # é\u00a0\u00a0", strings.Repeat("é", 300), "\ttab: {x: 1}",
	} {
		_, diags := spec.Load("S.yaml", []byte(header+"config:\n  é: {"+line+"\n"))
		for _, said := range strings.Split(diags.Render(), "\n") {
			assert.LessOrEqual(t, len([]rune(said)), 400)
		}
	}
	_, diags := spec.Load("S.yaml", []byte(header+"operations: {a: {doc: "+strings.Repeat("Ü", 150)+"., xtra: 1}}\n"))
	said := strings.Split(diags.Render(), "\n")
	at := strings.Index(diags.Render(), "unknown key \"xtra\"")
	require.Positive(t, at, diags.Render())
	for i, line := range said {
		if strings.Contains(line, "unknown key") {
			caret := strings.Index(said[i+2], "^")
			assert.True(t, strings.HasPrefix(string([]rune(said[i+1])[caret:]), "xtra"), diags.Render())
		}
	}
}

// TestVocabularyIsDocumented holds that every key says what it means.
func TestVocabularyIsDocumented(t *testing.T) {
	sections := spec.Reference()
	require.Greater(t, len(sections), 10)
	for _, section := range sections {
		assert.NotEmpty(t, section.What)
		for _, key := range section.Keys {
			assert.NotEmpty(t, key.Form, key.Name)
			assert.Regexp(t, `^[A-Z].*[.]$`, key.Doc, "%s of %s", key.Name, section.What)
		}
	}
}

// TestOneTypo misspells each key of the repository's spec in turn. Each is found at its place; nearly all are named
// right.
func TestOneTypo(t *testing.T) {
	source, err := os.ReadFile("../../../INTERFACE.yaml")
	require.NoError(t, err)
	tried, named := 0, 0
	for _, section := range spec.Reference() {
		for _, key := range section.Keys {
			for _, form := range []string{"{" + key.Name + ":", ", " + key.Name + ":", "\n    " + key.Name + ":"} {
				at := strings.Index(string(source), form)
				if at < 0 || len(key.Name) < 3 {
					continue
				}
				at += len(form) - len(key.Name) - 1
				typo := key.Name[:1] + key.Name[2:] // the second letter is missing
				_, diags := spec.Load("S.yaml", []byte(string(source[:at])+typo+string(source[at+len(key.Name):])))
				line := 1 + strings.Count(string(source[:at]), "\n")
				require.Contains(t, diags.Render(), fmt.Sprintf("S.yaml:%d:", line), typo)
				tried++
				if strings.Contains(diags.Render(), fmt.Sprintf("unknown key %q", typo)) && strings.Contains(diags.Render(), fmt.Sprintf("did you mean %q?", key.Name)) {
					named++
				}
			}
		}
	}
	require.Greater(t, tried, 20)
	assert.GreaterOrEqual(t, named*100, tried*90, "%d of %d", named, tried)
}

// FuzzLoad feeds any bytes. Loading ends, and each diagnostic has a place in the file.
func FuzzLoad(f *testing.F) {
	names, err := filepath.Glob("../../testdata/diagnostics/*.yaml")
	require.NoError(f, err)
	for _, name := range names {
		source, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		node, diags := spec.Load("S.yaml", source)
		if node == nil {
			assert.Positive(t, diags.Errors())
		}
		lines := 1 + strings.Count(string(source), "\n")
		for _, d := range diags.Sorted() {
			assert.LessOrEqual(t, d.Position.Line, lines)
			assert.NotContains(t, d.Message, "\x1b")
		}
		diags.Render()
	})
}
