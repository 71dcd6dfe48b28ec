package estate

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"github.com/trueup-dev/trueup/compliance"
)

// Write writes an estate into a folder, which it creates. Equal estates give
// equal bytes. Entitlements are not written: they have files of their own.
func Write(dir string, e *compliance.Estate) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("estate: %w", err)
	}
	h := header{At: e.At()}
	for _, s := range e.Sources() {
		h.Sources = append(h.Sources, sourceOf(s))
	}
	return errors.Join(
		writeLines(dir, "estate.json", func(yield func(header) bool) { yield(h) }),
		writeLines(dir, "devices.jsonl", each(e.Devices(), deviceOf)),
		writeLines(dir, "users.jsonl", each(e.Users(), userOf)),
		writeLines(dir, "installs.jsonl", each(e.Installs(), func(i compliance.Install) install {
			return install{i.Device, titleOf(i.Title), i.User, i.FirstSeen, i.LastUsed, i.Source}
		})),
		writeLines(dir, "seats.jsonl", each(e.Seats(), func(s compliance.Seat) seat {
			return seat{s.User, titleOf(s.Title), s.Assigned, s.LastUsed, s.Source}
		})),
		writeLines(dir, "usage.jsonl", each(e.Usage(), func(u compliance.Usage) usage {
			return usage{titleOf(u.Title), u.From, u.To, u.Peak, u.At, u.Source}
		})),
	)
}

func each[A, B any](from iter.Seq[A], f func(A) B) iter.Seq[B] {
	return func(yield func(B) bool) {
		for a := range from {
			if !yield(f(a)) {
				return
			}
		}
	}
}

func writeLines[T any](dir, name string, records iter.Seq[T]) (err error) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("estate: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for r := range records {
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("estate: %s: %w", name, err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("estate: %s: %w", name, err)
	}
	return nil
}

func sourceOf(s compliance.Source) source {
	count := func(n int) *int {
		if n < 0 {
			return nil
		}
		return &n
	}
	return source{s.ID, s.Collected, s.Failure, count(s.Devices), count(s.Installs)}
}

func deviceOf(d compliance.Device) device {
	out := device{
		MayRunOn: d.MayRunOn, StandbyFor: d.StandbyFor, Chassis: d.Chassis,
		ID: d.ID, Name: d.Name, Source: d.Source, Sockets: d.Sockets, Cores: d.Cores, Threads: d.Threads, VCPUs: d.VCPUs, Model: d.Model,
		Host: d.Host, Cluster: d.Cluster, InstanceType: d.InstanceType, Environment: d.Environment, Country: d.Country, Entity: d.Entity,
		OperatingSystem: d.OperatingSystem, User: d.User, LastSeen: d.LastSeen,
	}
	if d.Kind != compliance.KindUnknown {
		out.Kind = d.Kind.String()
	}
	if d.Role != compliance.RoleUnknown {
		out.Role = d.Role.String()
	}
	if d.Stays != nil {
		out.Stays = make([]stay, len(d.Stays))
	}
	for i, s := range d.Stays {
		out.Stays[i] = stay(s)
	}
	return out
}

func userOf(u compliance.User) user {
	out := user{ID: u.ID, Name: u.Name, Entity: u.Entity, Country: u.Country, Active: u.Active, Source: u.Source}
	if u.Kind != compliance.UserUnknown {
		out.Kind = u.Kind.String()
	}
	return out
}
