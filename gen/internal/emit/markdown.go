package emit

import (
	"github.com/arbfay/authpi-go/gen/internal/model"
)

// markdown renders docs/INTERFACE.md.
func markdown(iface *model.Interface) ([]byte, error) {
	return []byte("<!-- " + Header + " -->\n\n# " + iface.SDK.Name + "\n"), nil
}
