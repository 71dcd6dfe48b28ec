package remedy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/connectors/estate"
	"github.com/trueup-dev/trueup/playbook"
)

// keptLayout names the folder of an estate by its instant, so that names sort by it.
const keptLayout = "20060102T150405.000000000Z"

// kept is how many estates stay: the last one, and the one before it, for a run that is
// made again.
const kept = 2

// Keep writes the estate of a run into a folder, for the root causes of plans to come, and
// removes those that no later run needs. A process that dies meanwhile leaves what was
// there.
func Keep(dir string, facts playbook.Facts) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	name := filepath.Join(dir, facts.Estate.At().UTC().Format(keptLayout))
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	half := name + ".half"
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	if err := os.MkdirAll(half, 0o700); err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	if err := estate.Write(half, facts.Estate); err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	if err := os.Rename(half, name); err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	names, err := keptIn(dir)
	if err != nil {
		return err
	}
	for _, at := range names[:max(0, len(names)-kept)] {
		if err := os.RemoveAll(filepath.Join(dir, at.UTC().Format(keptLayout))); err != nil {
			return fmt.Errorf("remedy: %w", err)
		}
	}
	return nil
}

// Kept are the facts that [Keep] wrote last before an instant; nil where there are none.
func Kept(dir string, before time.Time) (*playbook.Facts, error) {
	all, err := keptIn(dir)
	if err != nil {
		return nil, err
	}
	for _, at := range slices.Backward(all) {
		if !at.Before(before) {
			continue
		}
		folder, err := estate.Read(os.DirFS(filepath.Join(dir, at.UTC().Format(keptLayout))))
		if err != nil {
			return nil, fmt.Errorf("remedy: estate of %s: %w", at.UTC().Format(time.RFC3339), err)
		}
		return &playbook.Facts{Estate: folder.Estate}, nil
	}
	return nil, nil
}

// keptIn are the instants of the estates in a folder, in order.
func keptIn(dir string) ([]time.Time, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("remedy: %w", err)
	}
	var out []time.Time
	for _, e := range entries {
		if at, err := time.Parse(keptLayout, e.Name()); err == nil {
			out = append(out, at)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out, nil
}
