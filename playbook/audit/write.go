package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/connectors/estate"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook"
)

const (
	manifestFile    = "manifest.json"
	factsDir        = "facts"
	playbookDir     = "playbook"
	collectionsFile = factsDir + "/collections.jsonl"
)

// ErrOptions is wrapped by the error of writing a package without what it needs.
var ErrOptions = errors.New("audit: options")

// Log is what a package is made from: evidence.Log, and that of the module
// evidence/postgres.
type Log interface {
	evidence.Source
	Entries(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error]
}

var _ Log = (*evidence.Log)(nil)

// Options say what a package holds and for whom it is. All but Since are needed.
type Options struct {
	Log      Log
	Playbook *playbook.Playbook
	Report   *playbook.Report

	// Signer signs the manifest: the log's own key unless the reader knows another.
	Signer *statement.Signer

	// Engine names what computed the run: a version, or "sha256:<hex>" of the program.
	Engine string

	Audience, Purpose string
	Produced, Expires time.Time

	// Since are sizes of checkpoints that the reader remembers, and that the log is to
	// be shown to continue.
	Since []int64
}

func (o *Options) check() error {
	if o.Log == nil || o.Playbook == nil || o.Report == nil || o.Report.Result == nil || o.Signer == nil {
		return fmt.Errorf("%w: a log, a playbook, the report of a run and a signer are needed", ErrOptions)
	}
	return nil
}

// Write writes a package of the run that the report is of into dir, which must be
// missing or empty. The same options give the same bytes.
func Write(ctx context.Context, dir string, o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%w: %s is not empty", ErrOptions, dir)
	}
	files, err := o.excerpt(ctx)
	if err != nil {
		return err
	}
	for name, data := range o.Playbook.Files() {
		files[path.Join(playbookDir, name)] = data
	}
	if files[collectionsFile], err = collections(o.Report.Facts.Collections); err != nil {
		return err
	}
	for name, data := range files {
		if err := write(dir, name, data); err != nil {
			return err
		}
	}
	// The estate may be large: its files are written one by one and read back.
	if err := estate.Write(filepath.Join(dir, factsDir), o.Report.Facts.Estate); err != nil {
		return fmt.Errorf("audit: write facts: %w", err)
	}
	return o.manifest(dir)
}

// excerpt is the entries of the run with their proof.
func (o *Options) excerpt(ctx context.Context) (map[string][]byte, error) {
	var indexes []evidence.Index
	for rec, err := range o.Log.Entries(ctx, 0) {
		if err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		if rec.Run == o.Report.Run && int64(rec.Index) < o.Report.Checkpoint.Size {
			indexes = append(indexes, rec.Index)
		}
	}
	files, err := evidence.Excerpt(ctx, o.Log, o.Report.Checkpoint, indexes, o.Since...)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return files, nil
}

// collections is one source a line.
func collections(all []playbook.Collection) ([]byte, error) {
	b := []byte{}
	for _, c := range all {
		line, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("audit: encode collection: %w", err)
		}
		b = append(append(b, line...), '\n')
	}
	return b, nil
}

func write(dir, name string, data []byte) error {
	full := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if err := os.WriteFile(full, data, 0o644); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// manifest signs for every file that is in dir.
func (o *Options) manifest(dir string) error {
	digests := map[string]string{}
	fsys := os.DirFS(dir)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(fsys, name)
		sum := sha256.Sum256(b)
		digests[name] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	var subjects []statement.Subject
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		subjects = append(subjects, statement.Subject{Name: name, Digest: map[string]string{"sha256": digests[name]}})
	}
	s, err := statement.New(statement.Package{
		Run: string(o.Report.Run), AsOf: o.Report.Result.AsOf, Judged: o.Report.Now,
		Playbook: "sha256:" + o.Playbook.Digest(), Document: o.Playbook.File(), Engine: o.Engine,
		Audience: o.Audience, Purpose: o.Purpose, Produced: o.Produced.UTC(), Expires: o.Expires.UTC(),
	}, subjects...)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	e, err := s.Sign(o.Signer)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	b, err := e.Encode()
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return write(dir, manifestFile, b)
}
