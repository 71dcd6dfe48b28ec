package collect

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/trust"
	"github.com/trueup-dev/trueup/playbook"
)

// Trust names the files that say which connectors may run. The zero value asks
// for nothing.
type Trust struct {
	// Key is the public key by which lock file and certificates must be signed, in
	// the form of golang.org/x/mod/sumdb/note.
	Key string
	// Lock is the lock file; empty is none. With one, a binary that it does not
	// name does not run, and a source needs no checksum of its own.
	Lock string
	// Demand is the level that a connector must have a certificate for.
	Demand trust.Level
	// Playbook, when set, is the one whose sources may demand levels of their own.
	Playbook *playbook.Playbook
	// Certificates is the folder of certificates, each a file.
	Certificates string
}

// Into reads the files into the configuration of a host. The error joins all that
// is wrong with them; a file that was not signed by the key wraps
// [trust.ErrForged].
func (t Trust) Into(cfg *host.Config) error {
	if demand, _ := t.demanded(); t.Key == "" && t.Lock == "" && t.Certificates == "" && demand == trust.None {
		return nil
	}
	if err := t.whole(); err != nil {
		return err
	}
	var errs []error
	if t.Lock != "" {
		signed, err := os.ReadFile(t.Lock)
		if err == nil {
			cfg.Lock, err = trust.OpenLock(signed, t.Key)
		}
		errs = append(errs, named(t.Lock, err))
	}
	if t.Certificates != "" {
		errs = append(errs, t.certificates(cfg))
	}
	cfg.Demand = t.Demand
	return errors.Join(errs...)
}

// whole reports what is asked for and cannot be had.
func (t Trust) whole() error {
	demand, by := t.demanded()
	switch {
	case t.Key == "" && (t.Lock != "" || t.Certificates != ""):
		return errors.New("collect: a lock file and certificates mean nothing without the public key that signed them")
	case t.Lock == "" && t.Certificates == "" && demand == trust.None:
		return errors.New("collect: a key is given and nothing that it signed")
	case demand != trust.None && t.Certificates == "":
		return fmt.Errorf("collect: %slevel %s is demanded and no folder of certificates is given", by, demand)
	case demand == trust.None && t.Certificates != "":
		return errors.New("collect: certificates are given and no level is demanded")
	}
	return nil
}

// demanded is the strictest level that is demanded of any source, and of which if
// it is a source that does.
func (t Trust) demanded() (level trust.Level, by string) {
	level = t.Demand
	if t.Playbook == nil {
		return level, ""
	}
	for _, s := range t.Playbook.Sources() {
		if own := s.Level(); own > level {
			level, by = own, fmt.Sprintf("%s: source %s: ", s.At, s.ID)
		}
	}
	return level, by
}

func (t Trust) certificates(cfg *host.Config) error {
	entries, err := os.ReadDir(t.Certificates)
	if err != nil {
		return fmt.Errorf("collect: %w", err)
	}
	var errs []error
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(t.Certificates, e.Name())
		signed, err := os.ReadFile(path)
		if err == nil {
			var c trust.Certificate
			if c, err = trust.OpenCertificate(signed, t.Key); err == nil {
				cfg.Certificates = append(cfg.Certificates, c)
			}
		}
		errs = append(errs, named(path, err))
	}
	return errors.Join(errs...)
}

func named(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("collect: %s: %w", path, err)
}
