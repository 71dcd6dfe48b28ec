package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// output is what a reading writes to: the host, or memory.
type output interface {
	Device(compliance.Device) error
	User(compliance.User) error
	Install(compliance.Install) error
	Problem(connectors.Problem) error
	Progress(message string, done, total int) error
	Total(connectors.Total)
}

// seen are the files of an earlier reading with their checksums: the cursor. What
// the reading gave follows from them, so it need not be kept.
type seen map[string]string

func parseCursor(data []byte) (seen, error) {
	var s seen
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&s); err != nil || dec.More() {
		return nil, &connectors.Error{Kind: connectors.BadCursor, Err: errors.New("the cursor is not one of this connector")}
	}
	return s, nil
}

// cursorOf takes the checksums of files.
func cursorOf(files []string) (seen, error) {
	s := seen{}
	for _, path := range files {
		sum, err := sumOf(path)
		if err != nil {
			return nil, err
		}
		s[path] = sum
	}
	return s, nil
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}

// files are the files of the earlier reading among those that are there, in the
// same order. One that is gone or was changed took what it said with it, so the
// difference cannot be told and the cursor is no longer good.
func (s seen) files(now []string, sums seen) ([]string, error) {
	var out []string
	for _, path := range now {
		if old, known := s[path]; known && old == sums[path] {
			out = append(out, path)
		}
	}
	if len(out) != len(s) {
		return nil, &connectors.Error{Kind: connectors.BadCursor,
			Err: fmt.Errorf("%d of the %d files of the earlier reading are gone or changed: collect again without a cursor", len(s)-len(out), len(s))}
	}
	return out, nil
}

// rows are what a reading gave, kept in memory.
type rows struct {
	devices  map[compliance.DeviceID]compliance.Device
	users    map[compliance.UserID]compliance.User
	installs map[compliance.Install]compliance.Install

	deviceOrder  []compliance.DeviceID
	userOrder    []compliance.UserID
	installOrder []compliance.Install
}

func newRows() *rows {
	return &rows{devices: map[compliance.DeviceID]compliance.Device{}, users: map[compliance.UserID]compliance.User{}, installs: map[compliance.Install]compliance.Install{}}
}

// identity is what tells an install from others: all but its dates.
func identity(i compliance.Install) compliance.Install {
	i.FirstSeen, i.LastUsed = time.Time{}, time.Time{}
	return i
}

func (r *rows) Device(d compliance.Device) error {
	if _, again := r.devices[d.ID]; !again {
		r.deviceOrder = append(r.deviceOrder, d.ID)
	}
	r.devices[d.ID] = d
	return nil
}

func (r *rows) User(u compliance.User) error {
	if _, again := r.users[u.ID]; !again {
		r.userOrder = append(r.userOrder, u.ID)
	}
	r.users[u.ID] = u
	return nil
}

func (r *rows) Install(i compliance.Install) error {
	key := identity(i)
	if _, again := r.installs[key]; !again {
		r.installOrder = append(r.installOrder, key)
	}
	r.installs[key] = i
	return nil
}

// What an earlier reading had to report was reported then.
func (*rows) Problem(connectors.Problem) error { return nil }
func (*rows) Progress(string, int, int) error  { return nil }
func (*rows) Total(connectors.Total)           {}
func (r *rows) read(ctx context.Context, settings map[string]string, files []string) error {
	f := &folder{settings: settings, to: r}
	if err := f.index(ctx, files); err != nil {
		return err
	}
	return f.emit(ctx)
}

// resume gives the difference between what the files of the cursor said and what
// the folder says now.
func resume(ctx context.Context, req sdk.Request, to *sdk.Writer, files []string) error {
	old, err := parseCursor(req.Cursor)
	if err != nil {
		return err
	}
	sums, err := cursorOf(files)
	if err != nil {
		return err
	}
	earlier, err := old.files(files, sums)
	if err != nil || len(earlier) == len(files) {
		return err
	}
	before, now := newRows(), newRows()
	if err := before.read(ctx, req.Settings.Values, earlier); err != nil {
		return err
	}
	f := &folder{settings: req.Settings.Values, to: reporting{now, to}}
	if err := errors.Join(f.index(ctx, files), f.emit(ctx)); err != nil {
		return err
	}
	if err := difference(before, now, to); err != nil {
		return err
	}
	cursor, err := json.Marshal(sums)
	if err != nil || f.broken > 0 {
		return err
	}
	return to.Checkpoint(cursor)
}

// reporting keeps rows and passes on what is to be reported.
type reporting struct {
	*rows
	to *sdk.Writer
}

// Problem reports a part that cannot be read.
func (r reporting) Problem(p connectors.Problem) error { return r.to.Problem(p) }

// Progress reports how far the reading is.
func (r reporting) Progress(message string, done, total int) error {
	return r.to.Progress(message, done, total)
}

// difference writes rows that are new or changed, and takes away those that are gone.
func difference(before, now *rows, to *sdk.Writer) error {
	var errs []error
	for _, id := range now.userOrder {
		if !reflect.DeepEqual(before.users[id], now.users[id]) {
			errs = append(errs, to.User(now.users[id]))
		}
	}
	for _, id := range now.deviceOrder {
		if !reflect.DeepEqual(before.devices[id], now.devices[id]) {
			errs = append(errs, to.Device(now.devices[id]))
		}
	}
	for _, key := range now.installOrder {
		if before.installs[key] != now.installs[key] {
			errs = append(errs, to.Install(now.installs[key]))
		}
	}
	for _, key := range before.installOrder {
		if _, kept := now.installs[key]; !kept {
			errs = append(errs, to.DeleteInstall(before.installs[key]))
		}
	}
	for _, id := range before.deviceOrder {
		if _, kept := now.devices[id]; !kept {
			errs = append(errs, to.DeleteDevice(id))
		}
	}
	for _, id := range before.userOrder {
		if _, kept := now.users[id]; !kept {
			errs = append(errs, to.DeleteUser(id))
		}
	}
	return errors.Join(errs...)
}
