// Package collect gathers an estate through connectors, for an engine to judge.
//
// It stands beside package playbook rather than in it: whoever has the facts
// already, as Go values, runs an engine without linking gRPC and go-plugin.
//
// A source that fails does not fail the gathering. What it gave is in the estate,
// the source itself is there with its failure, and every position that it may
// feed is marked; see compliance.Reconcile.
//
// # Which binaries run, and what is kept
//
// That is the host's to know: [Trust] reads lock file and certificates into its
// configuration, and with host.Config.StateDir every checkpoint of a connector is
// kept, so that a gathering that was cut off, however, goes on where it was.
package collect

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/playbook"
)

// Options say where connectors are and what they are given.
type Options struct {
	// Dir is the folder of connector binaries, each called
	// trueup-connector-NAME. Base is the folder that relative paths among the
	// settings start from: a setting is a path when its name is path, folder or file.
	Dir, Base string
	// Checksums pin binaries by the name of the connector, in hexadecimal. What
	// the playbook pins comes first.
	Checksums map[string]string
	// Secrets are secret settings, by source.
	Secrets map[compliance.SourceID]map[string]string
	// Progress is told how far each source has come; it may be nil.
	Progress func(connectors.Progress)
}

// Estate collects from every source of a playbook. The error is not about a
// single source: the context ended, or the host is closed.
func Estate(ctx context.Context, h *host.Host, p *playbook.Playbook, at time.Time, o Options) (playbook.Facts, error) {
	var sources []host.Source
	for _, s := range p.Sources() {
		sources = append(sources, o.source(s))
	}
	b := compliance.NewBuilder(at)
	results, err := h.Collect(ctx, sources, b, o.Progress)
	if err != nil {
		return playbook.Facts{}, fmt.Errorf("collect: %w", err)
	}
	facts := playbook.Facts{Estate: b.Build()}
	for i := range results {
		facts.Collections = append(facts.Collections, collection(&results[i]))
	}
	return facts, nil
}

func (o Options) source(s playbook.SourceDocument) host.Source {
	name := "trueup-connector-" + s.Connector
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	sum := strings.TrimPrefix(s.Checksum, "sha256:")
	if sum == "" {
		sum = o.Checksums[s.Connector]
	}
	settings := maps.Clone(s.Settings)
	for _, key := range []string{"path", "folder", "file"} {
		if v := settings[key]; v != "" && !filepath.IsAbs(v) {
			settings[key] = filepath.Join(o.Base, v)
		}
	}
	return host.Source{
		ID: compliance.SourceID(s.ID), Path: filepath.Join(o.Dir, name), SHA256: sum, Demand: s.Level(), Shared: s.Isolation.Value == "shared",
		Config: settings, Secrets: o.Secrets[compliance.SourceID(s.ID)],
	}
}

// collection is what evidence keeps of a result.
func collection(r *host.Result) playbook.Collection {
	c := playbook.Collection{
		Source: r.Source, Connector: r.Connector.Name, Version: r.Connector.Version,
		SHA256: r.SHA256, Digest: r.Digest, Refused: r.Refused, Rows: map[string]int64{},
		Shared: r.Shared,
	}
	for _, k := range connectors.Kinds() {
		if n := r.Put[k]; n != 0 {
			c.Rows[k.String()] = n
		}
	}
	for _, p := range r.Problems {
		c.Problems = append(c.Problems, p.String())
	}
	if r.Err != nil {
		c.Failure = r.Err.Error()
	}
	return c
}

// Checksums computes the pins of all connectors in a folder. It is for a program
// that has just built them; pins from the folder they are meant to protect
// protect nothing.
func Checksums(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("collect: %w", err)
	}
	out := map[string]string{}
	for _, e := range entries {
		name, ok := strings.CutPrefix(strings.TrimSuffix(e.Name(), ".exe"), "trueup-connector-")
		if !ok || e.IsDir() {
			continue
		}
		if out[name], err = host.Checksum(filepath.Join(dir, e.Name())); err != nil {
			return nil, fmt.Errorf("collect: %w", err)
		}
	}
	return out, nil
}
