package connectors

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
)

// Description is what a connector says of itself.
type Description struct {
	// Name is short and fixed, such as "glpi". Version is the connector's own.
	Name, Version string
	// Summary is one sentence for a person.
	Summary string
	// Kinds are the kinds of row that it gives.
	Kinds []Kind
	// Settings are the entries of its configuration.
	Settings []Setting
	// Verbs are the actions that it carries out.
	Verbs []Verb
	// Tickets is true when it opens and updates tickets.
	Tickets bool
	// Incremental is true when it resumes from a cursor.
	Incremental bool
	// OwnProcess is true when instances must not share a process.
	OwnProcess bool
	// Skips are the conformance checks that do not apply to it.
	Skips []Skip
}

// Setting describes one entry of a connector's configuration.
type Setting struct {
	Name, Doc string
	Required  bool
	// Secret values never reach a log, an error or a description.
	Secret  bool
	Default string
	// Values are the values allowed; nil allows any.
	Values []string
}

// Skip says that a check of the conformance suite does not apply, and why.
type Skip struct{ Check, Reason string }

// Settings are the values for one instance of a connector.
type Settings struct {
	Values  map[string]string
	Secrets map[string]string
}

// LogValue shows the values and only the names of the secrets.
func (s Settings) LogValue() slog.Value {
	names := make([]string, 0, len(s.Secrets))
	for name := range s.Secrets {
		names = append(names, name)
	}
	slices.Sort(names)
	return slog.GroupValue(slog.Any("values", s.Values), slog.Any("secrets", names))
}

// Resolve checks settings against their description and fills in the defaults.
// The error joins everything that is wrong: an unknown name, a required setting
// that is missing, a value that is not allowed, a secret among the values.
func (d Description) Resolve(s Settings) (Settings, error) {
	out := Settings{Values: map[string]string{}, Secrets: map[string]string{}}
	var errs []error
	known := map[string]bool{}
	for _, def := range d.Settings {
		known[def.Name] = true
		value, err := def.resolve(s)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if def.Secret {
			out.Secrets[def.Name] = value
		} else {
			out.Values[def.Name] = value
		}
	}
	for _, name := range unknown(s, known) {
		errs = append(errs, fmt.Errorf("setting %q is not one of connector %s", name, d.Name))
	}
	return out, errors.Join(errs...)
}

func (def Setting) resolve(s Settings) (string, error) {
	from := s.Values
	if def.Secret {
		if _, exposed := s.Values[def.Name]; exposed {
			return "", fmt.Errorf("setting %q is a secret and must be given among the secrets", def.Name)
		}
		from = s.Secrets
	}
	value, given := from[def.Name]
	switch {
	case !given && def.Required:
		return "", fmt.Errorf("setting %q is required: %s", def.Name, def.Doc)
	case !given:
		return def.Default, nil
	case def.Values != nil && !slices.Contains(def.Values, value):
		if def.Secret {
			return "", fmt.Errorf("setting %q must be one of %q", def.Name, def.Values)
		}
		return "", fmt.Errorf("setting %q is %q, want one of %q", def.Name, value, def.Values)
	}
	return value, nil
}

func unknown(s Settings, known map[string]bool) []string {
	var names []string
	for _, values := range []map[string]string{s.Values, s.Secrets} {
		for name := range values {
			if !known[name] {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
