package suggest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/arbfay/authpi-go/conformance/internal/suggest"
)

func TestName(t *testing.T) {
	candidates := []string{"storage", "clock", "cancel", "callbacks", "re"}
	for name, want := range map[string]string{
		"clok": `; did you mean "clock"?`, "Storage": `; did you mean "storage"?`, "callback": `; did you mean "callbacks"?`,
		"reg": `; did you mean "re"?`, "er": `; did you mean "re"?`, "warp": "", "": "", strings.Repeat("clock", 20): "",
	} {
		assert.Equal(t, want, suggest.Name(name, candidates), name)
	}
	assert.Equal(t, `; did you mean "re"?`, suggest.Key("ra", map[string]int{"re": 1}))
}
