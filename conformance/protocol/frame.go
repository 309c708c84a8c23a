package protocol

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"
)

// MaxFrame is the size of a frame with its line break: 8 MiB.
const MaxFrame = 8 << 20

// ErrFrameTooLong is the error of a frame beyond [MaxFrame].
var ErrFrameTooLong = errors.New("frame is longer than 8 MiB")

// Reader reads frames. It is not safe for concurrent use.
type Reader struct{ lines *bufio.Reader }

// NewReader returns a reader of frames.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, 64<<10)} }

// Read decodes the next frame. It returns io.EOF at the end of the stream and
// io.ErrUnexpectedEOF in the middle of a line.
func (r *Reader) Read(frame any) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	if line = bytes.TrimSpace(line); len(line) == 0 || line[0] != '{' {
		return fmt.Errorf("frame is no JSON object: %.80q", line)
	}
	if !utf8.Valid(line) {
		breach := &BreachError{Reason: "is no UTF-8"}
		var head struct {
			ID int `json:"id"`
		}
		if json.Unmarshal(line, &head) == nil {
			breach.ID = head.ID
		}
		return fmt.Errorf("frame %.80q: %w", line, breach)
	}
	if err := json.Unmarshal(line, frame); err != nil {
		return fmt.Errorf("frame %.80q: %w", line, err)
	}
	return nil
}

func (r *Reader) line() ([]byte, error) {
	var long []byte
	for {
		part, err := r.lines.ReadSlice('\n')
		switch {
		case err == nil && long == nil:
			return part, nil
		case err == nil && len(long)+len(part) <= MaxFrame:
			return append(long, part...), nil
		case errors.Is(err, io.EOF) && len(long)+len(part) > 0:
			return nil, fmt.Errorf("the last line, %.80q, has no end: %w", append(long, part...), io.ErrUnexpectedEOF)
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(long)+len(part) > MaxFrame:
			return nil, ErrFrameTooLong
		}
		long = append(long, part...)
	}
}

// Writer writes frames. It is safe for concurrent use.
type Writer struct {
	mu  sync.Mutex
	out io.Writer
}

// NewWriter returns a writer of frames. Each frame is one write.
func NewWriter(w io.Writer) *Writer { return &Writer{out: w} }

// Write encodes one frame.
func (w *Writer) Write(frame any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line) // which ends in the line break
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(frame); err != nil {
		return err
	}
	if line.Len() > MaxFrame {
		return ErrFrameTooLong
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.out.Write(line.Bytes())
	return err
}
