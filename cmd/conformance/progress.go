package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/arbfay/authpi-go/conformance"
)

// progress is the bar that a run shows on a terminal. The report has a line for
// each area, so that without a terminal nothing more is needed.
type progress struct {
	shown bool
	bar   *progressbar.ProgressBar
}

func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// show is called with each result. What the bar cannot write is lost and harms
// nothing.
func (p *progress) show(result conformance.Result, done, total int) {
	if !p.shown {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(50*time.Millisecond))
	}
	p.bar.Describe(result.Area)
	_ = p.bar.Set(done)
}

func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
