package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// argument is the text of a flag. An empty one is refused: it comes from a variable that is not set, and the flag's
// default would then stand for what was meant.
type argument string

// UnmarshalText takes the text of the command line.
func (a *argument) UnmarshalText(text []byte) error {
	if strings.TrimSpace(string(text)) == "" {
		return errors.New("is empty; give a value, or leave the flag out")
	}
	*a = argument(text)
	return nil
}

// Validate refuses numbers that mean nothing.
func (c *runCommand) Validate() error {
	if c.Parallel < 0 {
		return fmt.Errorf("--parallel=%d: give a number from 1, or leave it out", c.Parallel)
	}
	if c.Budget <= 0 {
		return fmt.Errorf("--budget=%s: give the time that one case may take, such as 10s", c.Budget)
	}
	return nil
}

// outputs are the files that the reports go to, nil where none is named.
type outputs struct{ json, junit *os.File }

// openOutputs opens the files before the run, which would be lost on one that cannot be written. They are emptied, so
// that the report of an earlier run is not taken for this one's.
func openOutputs(jsonName, junitName argument) (*outputs, error) {
	var out outputs
	var errs [2]error
	out.json, errs[0] = create("--json", jsonName)
	out.junit, errs[1] = create("--junit", junitName)
	err := errors.Join(errs[:]...)
	if err == nil && same(out.json, out.junit) {
		err = errors.New("--json and --junit: want two files, not one")
	}
	if err != nil {
		return nil, errors.Join(err, out.close())
	}
	return &out, nil
}

func create(flag string, name argument) (*os.File, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Create(string(name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return file, nil
}

// same says whether two files are one, by whatever names.
func same(a, b *os.File) bool {
	if a == nil || b == nil {
		return false
	}
	infoA, errA := a.Stat()
	infoB, errB := b.Stat()
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

func (o *outputs) close() error {
	var errs []error
	for _, file := range []*os.File{o.json, o.junit} {
		if file != nil {
			errs = append(errs, file.Close())
		}
	}
	return errors.Join(errs...)
}
