package metric

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Library is a set of metrics. It is immutable and safe for concurrent use.
type Library struct {
	metrics map[Key]*Metric
	keys    []Key
	digest  string
}

//go:embed standard/*.yaml
var standard embed.FS

// Standard is the library that comes with this package. It is read on the first
// call and shared by all.
func Standard() (*Library, error) { return readStandard() }

var readStandard = sync.OnceValues(readEmbedded)

func readEmbedded() (*Library, error) {
	names, err := fs.Glob(standard, "standard/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("metric: %w", err)
	}
	files := make([]*document.File, len(names))
	for i, name := range names {
		data, err := standard.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("metric: %w", err)
		}
		if files[i], err = document.Parse(name, data); err != nil {
			return nil, err
		}
	}
	return (&Library{}).With(files...)
}

// With is the library and the metrics of the documents given, each of which adds
// a metric or replaces the one of its key. The library itself stays as it is. The
// error holds every mistake of every document, at its place.
func (l *Library) With(files ...*document.File) (*Library, error) {
	out := &Library{metrics: map[Key]*Metric{}}
	others := map[Key]*source{}
	for k, m := range l.metrics {
		out.metrics[k], others[k] = m, m.source
	}
	sources, problems := decode(files)
	for _, s := range sources {
		if s != nil {
			others[Key(s.Key.Value)] = s
		}
	}
	for i, f := range files {
		if sources[i] == nil {
			continue
		}
		m, err := compile(f, sources[i], others)
		if err != nil {
			problems = append(problems, document.Collect(document.Position{File: f.Name()}, err)...)
			continue
		}
		m.digest = f.Digest()
		out.metrics[m.key] = m
	}
	for k := range out.metrics {
		out.keys = append(out.keys, k)
	}
	slices.Sort(out.keys)
	if len(problems) > 0 {
		return nil, problems
	}
	out.digest = out.sum()
	return out, nil
}

// Digest is the SHA-256 of the documents of all metrics, hexadecimal: equal for
// libraries that hold the same metrics, however they came to.
func (l *Library) Digest() string { return l.digest }

func (l *Library) sum() string {
	h := sha256.New()
	for _, k := range l.keys {
		fmt.Fprintf(h, "%d:%s %s\n", len(k), k, l.metrics[k].digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Metric finds a metric by its key.
func (l *Library) Metric(k Key) (*Metric, bool) {
	m, ok := l.metrics[k]
	return m, ok
}

// Keys are the keys of all metrics, sorted.
func (l *Library) Keys() []Key { return slices.Clone(l.keys) }

// decode reads the documents; one that cannot be read has no source.
func decode(files []*document.File) ([]*source, document.Problems) {
	var problems document.Problems
	out := make([]*source, len(files))
	added := map[string]string{}
	for i, f := range files {
		s := &source{}
		if err := f.Decode(s); err != nil {
			problems = append(problems, document.Collect(document.Position{File: f.Name()}, err)...)
			continue
		}
		if before, twice := added[s.Key.Value]; twice {
			problems = append(problems, s.Key.Problem(1, 1, "metric %s stands in %s already", s.Key.Value, before))
			continue
		}
		added[s.Key.Value] = f.Name()
		out[i] = s
	}
	return out, problems
}
