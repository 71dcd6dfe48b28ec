package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/playbook"
)

// ErrNoPosition is wrapped where the log has no such position, or several.
var ErrNoPosition = errors.New("audit: no such position")

// Logged is a position of a run as the log has it.
type Logged struct {
	Run         playbook.RunRecord
	Collections []playbook.Collection
	Position    compliance.Position
	Index       evidence.Index // of the position
}

// FindPosition finds a position in the log: of the run, or of the last one if run is
// empty; of the product, under the metric, which may be empty where there is one only.
func FindPosition(ctx context.Context, l Log, run evidence.RunID, product, metric string) (*Logged, error) {
	var found []Logged
	var current Logged
	for rec, err := range l.Entries(ctx, 0) {
		if err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		if run != "" && rec.Run != run {
			continue
		}
		switch rec.Kind {
		case playbook.KindRun:
			current, found = Logged{}, nil
			err = json.Unmarshal(rec.Payload, &current.Run)
		case playbook.KindCollected:
			var c playbook.Collection
			err = json.Unmarshal(rec.Payload, &c)
			current.Collections = append(current.Collections, c)
		case playbook.KindPosition:
			p := current
			p.Index = rec.Index
			if err = json.Unmarshal(rec.Payload, &p.Position); err == nil && rec.Run == current.Run.Run &&
				string(p.Position.Product) == product && (metric == "" || string(p.Position.Metric) == metric) {
				found = append(found, p)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("audit: entry %d of kind %s: %w", rec.Index, rec.Kind, err)
		}
	}
	switch {
	case current.Run.Run == "":
		return nil, fmt.Errorf("%w: the log has no run %s", ErrNoPosition, run)
	case len(found) == 0:
		return nil, fmt.Errorf("%w: run %s has none of %s %s", ErrNoPosition, current.Run.Run, product, metric)
	case len(found) > 1:
		var metrics []string
		for _, p := range found {
			metrics = append(metrics, string(p.Position.Metric))
		}
		return nil, fmt.Errorf("%w: run %s has several of %s, under %s; name one", ErrNoPosition, current.Run.Run, product, strings.Join(metrics, ", "))
	}
	return &found[0], nil
}

// Header is the header of a list of the position's consumers.
func (p *Logged) Header(engine, preparer string, produced time.Time) ipe.Header {
	h := p.header(engine, preparer, produced)
	h.Parameters["entry"] = fmt.Sprint(int64(p.Index))
	return h
}

func (p *Logged) header(engine, preparer string, produced time.Time) ipe.Header {
	h := ipe.Header{
		Title:      fmt.Sprintf("Consumers of %s", p.Position.Product),
		Query:      "consumers of one position of a run",
		Parameters: map[string]string{"run": string(p.Run.Run), "product": string(p.Position.Product), "metric": string(p.Position.Metric)},
		AsOf:       p.Run.AsOf, KnownAt: p.Run.KnownAt, Produced: produced.UTC(), Preparer: preparer, Population: int64(len(p.Position.Consumers)),
		Digests: map[string]string{"playbook": "sha256:" + p.Run.Digest, "estate": "sha256:" + p.Run.Estate, "engine": engine},
	}
	for name, digest := range map[string]string{"metrics": p.Run.Documents.Metrics, "catalog": p.Run.Documents.Catalog} {
		if digest != "" {
			h.Digests[name] = "sha256:" + digest
		}
	}
	for _, s := range p.Run.Sources {
		if !slices.Contains(p.Position.Sources, s.ID) {
			continue
		}
		w := ipe.Watermark{Source: string(s.ID), Collected: s.Collected, Doubt: s.Doubt}
		for _, c := range p.Collections {
			if c.Source != s.ID {
				continue
			}
			for _, n := range c.Rows {
				w.Rows += n
			}
			if c.Digest != "" {
				h.Digests["source "+string(s.ID)] = "sha256:" + c.Digest
			}
		}
		h.Sources = append(h.Sources, w)
	}
	return h
}

var clearances = [...]string{"", "totals", "quantities", "places", "persons"}

// Clearances are the names of the clearances, rising.
func Clearances() []string { return append([]string(nil), clearances[1:]...) }

// String is the clearance's name.
func (c Clearance) String() string {
	if c > Persons || c == ClearanceInvalid {
		return "invalid"
	}
	return clearances[c]
}

// ParseClearance reads a clearance's name.
func ParseClearance(name string) (Clearance, error) {
	for i, n := range clearances {
		if i > 0 && n == name {
			return Clearance(i), nil
		}
	}
	return ClearanceInvalid, fmt.Errorf("%w: clearance %q is none of %s", ErrOptions, name, strings.Join(clearances[1:], ", "))
}
