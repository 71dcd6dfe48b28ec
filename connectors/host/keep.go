package host

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/journal"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// kept is what the state folder holds of one source. A reading from the
// beginning goes to a journal of its own, which takes the place of the last
// whole one when the connector says that it is whole: until then an absence
// means nothing. A reading that resumes adds to the journal that it resumes.
type kept struct {
	dir           string
	current, next *journal.Journal
}

const (
	currentName = "current"
	nextName    = "next"
)

func openKept(state string, id compliance.SourceID) (*kept, error) {
	k := &kept{dir: filepath.Join(state, "source-"+url.PathEscape(string(id)))}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return nil, err
	}
	if err := journal.SyncDir(state); err != nil {
		return nil, err
	}
	var err error
	if k.current, err = existing(filepath.Join(k.dir, currentName)); err != nil {
		return nil, err
	}
	if k.next, err = existing(filepath.Join(k.dir, nextName)); err != nil {
		return nil, errors.Join(err, k.close())
	}
	return k, nil
}

func existing(path string) (*journal.Journal, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return journal.Open(path)
}

// cursor is where reading goes on, nil for the beginning.
func (k *kept) cursor() []byte {
	if j := k.into(); j != nil && len(j.Cursor()) > 0 {
		return j.Cursor()
	}
	return nil
}

// begin prepares for a reading from the cursor.
func (k *kept) begin() error {
	if k.cursor() != nil {
		return k.reopen()
	}
	return k.startOver()
}

// reopen drops what an attempt that was cut off left after its last commit.
func (k *kept) reopen() (err error) {
	at, name := &k.current, currentName
	if k.next != nil {
		at, name = &k.next, nextName
	}
	if err := (*at).Close(); err != nil {
		return err
	}
	*at, err = journal.Open(filepath.Join(k.dir, name))
	return err
}

// startOver forgets the reading at hand, not the last whole one.
func (k *kept) startOver() (err error) {
	path := filepath.Join(k.dir, nextName)
	if k.next != nil {
		err = k.next.Close()
	}
	if err = errors.Join(err, os.RemoveAll(path)); err != nil {
		return err
	}
	k.next, err = journal.Open(path)
	return err
}

func (k *kept) into() *journal.Journal {
	if k.next != nil {
		return k.next
	}
	return k.current
}

// whole ends a reading: from here on it is the current one.
func (k *kept) whole(cursor []byte) error {
	if err := k.into().Commit(cursor, true); err != nil || k.next == nil {
		return err
	}
	if err := os.Rename(filepath.Join(k.dir, nextName), filepath.Join(k.dir, currentName)); err != nil {
		return err
	}
	if k.current != nil {
		_ = k.current.Close()
	}
	k.current, k.next = k.next, nil
	return journal.SyncDir(k.dir)
}

// rows folds everything into rows: what the last whole reading gave, unless the
// one at hand is whole too, and what came since.
func (k *kept) rows(source compliance.SourceID, whole bool) (*fold, error) {
	f := &fold{}
	for _, j := range []*journal.Journal{k.current, k.next} {
		if j == nil || whole && j != k.into() {
			continue
		}
		var in wire.Inbound
		err := j.Batches(func(raw []byte) error {
			if err := in.Decode(raw); err != nil {
				return err
			}
			_, err := wire.Receiver{Sink: f, Source: source}.Deliver(in.Response().GetBatch())
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (k *kept) close() error {
	var errs []error
	for _, j := range []*journal.Journal{k.current, k.next} {
		if j != nil {
			errs = append(errs, j.Close())
		}
	}
	return errors.Join(errs...)
}

// notKept is the error of a state folder that does not do its duty.
func notKept(err error) error {
	if err == nil {
		return nil
	}
	return &connectors.Error{Kind: connectors.NotKept, Err: fmt.Errorf("state folder: %w", err)}
}
