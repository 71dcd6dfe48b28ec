package estate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/connectors/entitlements"
)

// Folder is what a folder holds.
type Folder struct {
	Estate *compliance.Estate
	// Ledger is all that its files state of entitlements, contracts and licensing;
	// Terms is what of it is in force at the estate's instant, by all that is known.
	Ledger *ledger.Ledger
	ledger.Terms
}

// maxProblems is how many problems one file may have before reading it ends.
const maxProblems = 100

// Read reads a folder. The error is of type document.Problems where the files
// are at fault.
func Read(fsys fs.FS) (Folder, error) {
	r := &reader{fsys: fsys}
	b := r.header()
	rows(r, "devices.csv", deviceColumns, b.AddDevice)
	lines(r, "devices.jsonl", func(d device) error {
		m, err := d.model()
		if err != nil {
			return err
		}
		return b.AddDevice(m)
	})
	rows(r, "installs.csv", installColumns, b.AddInstall)
	lines(r, "installs.jsonl", func(i install) error {
		return b.AddInstall(compliance.Install{Device: i.Device, Title: i.raw(), User: i.User, FirstSeen: i.FirstSeen, LastUsed: i.LastUsed, Source: i.Source})
	})
	r.beside(b)
	return r.folder(b)
}

// header reads estate.json.
func (r *reader) header() *compliance.Builder {
	var h header
	r.object("estate.json", &h)
	if len(r.problems) == 0 && h.At.IsZero() {
		r.fail("estate.json", 1, errors.New("at, the instant of the snapshot, is missing"))
	}
	r.at = h.At
	b := compliance.NewBuilder(h.At)
	for _, s := range h.Sources {
		if err := b.AddSource(s.model()); err != nil {
			r.fail("estate.json", 1, err)
		}
	}
	return b
}

// besides takes what stands beside devices and their installs.
type besides interface {
	AddUser(compliance.User) error
	AddSeat(compliance.Seat) error
	AddUsage(compliance.Usage) error
}

func (r *reader) beside(to besides) {
	lines(r, "users.jsonl", func(u user) error {
		m, err := u.model()
		if err != nil {
			return err
		}
		return to.AddUser(m)
	})
	lines(r, "seats.jsonl", func(s seat) error {
		return to.AddSeat(compliance.Seat{User: s.User, Title: s.raw(), Assigned: s.Assigned, LastUsed: s.LastUsed, Source: s.Source})
	})
	lines(r, "usage.jsonl", func(u usage) error {
		return to.AddUsage(compliance.Usage{Title: u.raw(), From: u.From, To: u.To, Peak: u.Peak, At: u.At, Source: u.Source})
	})
}

// folder joins what was built with the terms that the folder holds.
func (r *reader) folder(b *compliance.Builder) (Folder, error) {
	out := Folder{Ledger: &ledger.Ledger{}}
	r.ledger(out.Ledger)
	if err := r.problems.Err(); err != nil {
		return Folder{}, err
	}
	out.Estate = b.Build()
	out.Terms = out.Ledger.At(r.at, time.Time{})
	return out, nil
}

type reader struct {
	fsys     fs.FS
	at       time.Time
	problems document.Problems
}

func (r *reader) fail(file string, line int, err error) {
	r.problems = append(r.problems, &document.Problem{At: document.Position{File: file, Line: line, Column: 1}, Message: err.Error()})
}

// object reads a file that is one JSON object.
func (r *reader) object(file string, into any) {
	data, err := fs.ReadFile(r.fsys, file)
	if err == nil {
		err = decode(data, into)
	}
	if err != nil {
		r.fail(file, 1, err)
	}
}

// lines reads a file of one JSON object a line. A file that is not there holds
// nothing.
func lines[T any](r *reader, file string, add func(T) error) {
	data, err := fs.ReadFile(r.fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		r.fail(file, 1, err)
		return
	}
	before := len(r.problems)
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var t T
		err := decode(line, &t)
		if err == nil {
			err = add(t)
		}
		if err != nil {
			r.fail(file, n, err)
		}
		if len(r.problems)-before == maxProblems {
			r.fail(file, n, fmt.Errorf("reading ends here after %d problems", maxProblems))
			return
		}
	}
}

// rows reads a table. A file that is not there holds nothing.
func rows[T any](r *reader, file string, known map[string]column[T], add func(T) error) {
	t, err := openTable(r.fsys, file, known)
	if err != nil {
		r.collect(file, err)
		return
	}
	if t == nil {
		return
	}
	defer func() { _ = t.closer.Close() }() // it is only read
	before := len(r.problems)
	for {
		var record T
		err := t.next(&record)
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			if err = add(record); err != nil {
				err = t.problem(0, err)
			}
		}
		r.collect(file, err)
		if len(r.problems)-before == maxProblems {
			r.fail(file, t.cells.line, fmt.Errorf("reading ends here after %d problems", maxProblems))
			return
		}
	}
}

// collect notes an error, if there is one.
func (r *reader) collect(file string, err error) {
	r.problems = append(r.problems, document.Collect(document.Position{File: file}, err)...)
}

// decode reads one JSON object and nothing after it.
func decode(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("not a record: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands after the record")
	}
	return nil
}

// ledger reads every file of entitlements in the folder.
func (r *reader) ledger(l *ledger.Ledger) {
	entries, err := fs.ReadDir(r.fsys, ".")
	if err != nil {
		r.fail(".", 1, err)
		return
	}
	for _, e := range entries {
		ext := strings.ToLower(path.Ext(e.Name()))
		if e.IsDir() || slices.Contains([]string{"estate.json", "devices.csv", "installs.csv"}, e.Name()) || ext != ".csv" && ext != ".json" {
			continue
		}
		data, err := fs.ReadFile(r.fsys, e.Name())
		if err != nil {
			r.fail(e.Name(), 1, err)
			continue
		}
		err = entitlements.Read(l, e.Name(), data)
		r.problems = append(r.problems, document.Collect(document.Position{File: e.Name()}, err)...)
	}
}

func (s source) model() compliance.Source {
	count := func(n *int) int {
		if n == nil {
			return -1
		}
		return *n
	}
	return compliance.Source{ID: s.ID, Collected: s.Collected, Failure: s.Failure, Devices: count(s.Devices), Installs: count(s.Installs)}
}

func (d device) model() (compliance.Device, error) {
	kind, ok := compliance.ParseDeviceKind(d.Kind)
	if !ok && d.Kind != "" {
		return compliance.Device{}, fmt.Errorf("kind %q is none of %s", d.Kind, kindNames)
	}
	role, ok := compliance.ParseRole(d.Role)
	if !ok && d.Role != "" {
		return compliance.Device{}, fmt.Errorf("role %q is none of %s", d.Role, roleNames)
	}
	var stays []compliance.Stay
	if d.Stays != nil {
		stays = make([]compliance.Stay, len(d.Stays))
	}
	for i, s := range d.Stays {
		stays[i] = compliance.Stay(s)
	}
	return compliance.Device{
		MayRunOn: d.MayRunOn, Stays: stays, Role: role, StandbyFor: d.StandbyFor, Chassis: d.Chassis,
		ID: d.ID, Name: d.Name, Kind: kind, Source: d.Source, Sockets: d.Sockets, Cores: d.Cores, Threads: d.Threads, VCPUs: d.VCPUs,
		Model: d.Model, Host: d.Host, Cluster: d.Cluster, InstanceType: d.InstanceType, Environment: d.Environment, Country: d.Country,
		Entity: d.Entity, OperatingSystem: d.OperatingSystem, User: d.User, LastSeen: d.LastSeen,
	}, nil
}

func (u user) model() (compliance.User, error) {
	kind, ok := compliance.ParseUserKind(u.Kind)
	if !ok && u.Kind != "" {
		return compliance.User{}, fmt.Errorf("kind %q is none of person, service, shared", u.Kind)
	}
	return compliance.User{ID: u.ID, Name: u.Name, Kind: kind, Entity: u.Entity, Country: u.Country, Active: u.Active, Source: u.Source}, nil
}
