package playbook

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/compliance/rule"
	"github.com/trueup-dev/trueup/connectors/entitlements"
	"github.com/trueup-dev/trueup/connectors/trust"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/trigger"
	"github.com/trueup-dev/trueup/playbook/notify"
	"github.com/trueup-dev/trueup/remediation"
)

// Playbook is a checked document with everything it names loaded. It is
// immutable and safe for concurrent use.
type Playbook struct {
	doc     Document
	file    string
	files   map[string][]byte
	digest  string
	catalog *catalog.Catalog
	metrics *metric.Library
	rules   *rule.Set
	// triggers are nil where the playbook sets none.
	triggers *trigger.Thresholds
	// escalation decides severity, route and clock, policy the remedies.
	escalation *policy.Policy
	policy     *remediation.Policy
	remedy     *Remedy
	notices    *notify.Notices

	// ledger is all that the playbook's files state, terms what of it a run goes by.
	ledger *ledger.Ledger
	terms  ledger.Terms
}

// at is the playbook with the terms that are in force at an instant, by what was
// known at another.
func (p *Playbook) at(effective, known time.Time) *Playbook {
	q := *p
	q.terms = p.ledger.At(effective, known)
	return &q
}

// Load reads a playbook and the files it names. The error is of type
// document.Problems where the documents are at fault, all mistakes at once.
func Load(file string) (*Playbook, error) {
	return LoadFS(os.DirFS(filepath.Dir(file)), filepath.Base(file))
}

// LoadFS is [Load] in a file system, such as an embedded one.
func LoadFS(fsys fs.FS, file string) (*Playbook, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("playbook: %w", err)
	}
	l := &loader{fsys: fsys, dir: path.Dir(file), p: &Playbook{ledger: &ledger.Ledger{}, file: file, files: map[string][]byte{file: data}}}
	l.digest(file, data)
	if err := document.Read(file, data, &l.p.doc); err != nil {
		return nil, err
	}
	l.load(file)
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	l.p.digest = l.sum()
	return l.p, nil
}

// Name is the playbook's name, Version its version.
func (p *Playbook) Name() string    { return p.doc.Name }
func (p *Playbook) Version() string { return p.doc.Version }

// Rules are the identifiers of its rules, in order.
func (p *Playbook) Rules() []compliance.RuleID { return p.rules.Rules() }

// Digest is the SHA-256 of the playbook and of every file it names, hexadecimal:
// what a run was judged by.
func (p *Playbook) Digest() string { return p.digest }

// File is the path of the playbook below the folder that it was loaded from, Files
// the content of it and of every file it names, by path: LoadFS of them gives the
// same playbook. The contents are not to be changed.
func (p *Playbook) File() string             { return p.file }
func (p *Playbook) Files() map[string][]byte { return maps.Clone(p.files) }

// Sources are the sources that the playbook names.
func (p *Playbook) Sources() []SourceDocument { return p.doc.Sources }

func (p *Playbook) staleAfter() time.Duration {
	return time.Duration(p.doc.StaleAfterDays) * 24 * time.Hour
}

// loader gathers the problems of all files, so that a reader mends them in one
// go.
type loader struct {
	fsys     fs.FS
	dir      string
	p        *Playbook
	problems document.Problems
	hashed   []string
}

func (l *loader) load(file string) {
	doc := &l.p.doc
	at := document.Position{File: file}
	l.sources()
	l.catalog(at)
	l.metrics(at)
	l.entitlements()
	l.licensing()
	var err error
	l.p.rules, err = rule.New(doc.Rules)
	l.note(at, err)
	l.triggers(at)
	l.p.escalation, err = policy.New(doc.Escalation, policy.Options{Files: named{l}})
	l.note(at, err)
	l.notices(at)
	if doc.Remediation != nil {
		l.p.policy, err = remediation.NewPolicy(*doc.Remediation)
		l.note(at, err)
	}
	l.remedy(at)
}

func (l *loader) note(at document.Position, err error) {
	l.problems = append(l.problems, document.Collect(at, err)...)
}

func (l *loader) fail(at document.Position, format string, args ...any) {
	l.problems = append(l.problems, &document.Problem{At: at, Message: fmt.Sprintf(format, args...)})
}

// read reads a file that a text of the playbook names.
func (l *loader) read(name document.Text) ([]byte, bool) {
	full := path.Join(l.dir, name.Value)
	if !fs.ValidPath(full) {
		l.note(name.At(), name.Problem(1, 1, "%q is not a path below the playbook's folder", name.Value))
		return nil, false
	}
	data, err := fs.ReadFile(l.fsys, full)
	if err != nil {
		var pathErr *fs.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		l.note(name.At(), name.Problem(1, 1, "cannot read %s: %v", name.Value, err))
		return nil, false
	}
	l.digest(name.Value, data)
	l.p.files[full] = data
	return data, true
}

func (l *loader) sources() {
	seen := map[string]bool{}
	for _, s := range l.p.doc.Sources {
		if seen[s.ID] {
			l.fail(s.At, "source %q is given twice", s.ID)
		}
		seen[s.ID] = true
		if s.Checksum != "" && !strings.HasPrefix(s.Checksum, "sha256:") {
			l.fail(s.At, "checksum of source %q must read sha256:HEX", s.ID)
		}
		if d := s.Demand; d.Value != "" && s.Level() == trust.None {
			l.note(d.At(), d.Problem(1, 1, "demand %q of source %q is none of process, reading, resuming", d.Value, s.ID))
		}
		if i := s.Isolation; i.Value != "" && i.Value != "process" && i.Value != "shared" {
			l.note(i.At(), i.Problem(1, 1, "isolation %q of source %q is neither process nor shared", i.Value, s.ID))
		}
	}
}

func (l *loader) catalog(at document.Position) {
	var extra []catalog.Document
	for _, name := range l.p.doc.Catalog {
		if data, ok := l.read(name); ok {
			extra = append(extra, catalog.Document{Name: name.Value, Data: data})
		}
	}
	var err error
	l.p.catalog, err = catalog.Default(extra...)
	l.note(at, err)
}

func (l *loader) metrics(at document.Position) {
	lib, err := metric.Standard()
	if err != nil {
		l.note(at, err)
		return
	}
	for _, name := range l.p.doc.Metrics {
		data, ok := l.read(name)
		if !ok {
			continue
		}
		f, err := document.Parse(name.Value, data)
		if err == nil {
			lib, err = lib.With(f)
		}
		l.note(name.At(), err)
		if err != nil {
			return
		}
	}
	l.p.metrics = lib
}

func (l *loader) entitlements() {
	for _, name := range l.p.doc.Entitlements {
		data, ok := l.read(name)
		if !ok {
			continue
		}
		l.note(name.At(), entitlements.Read(l.p.ledger, name.Value, data))
	}
}

func (l *loader) licensing() {
	for _, d := range l.p.doc.Licensing {
		dates, lic, problems := d.Statement()
		l.note(d.At, problems.Err())
		if l.p.metrics != nil {
			if _, ok := l.p.metrics.Metric(lic.Metric); !ok {
				l.note(d.At, d.Metric.Problem(1, 1, "no document defines the metric %q", lic.Metric))
			}
		}
		l.note(d.At, l.p.ledger.AddLicensing(dates, lic))
	}
}
