package connectortest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// refuses tries a configuration that must not be accepted.
func (s *suite) refuses(ctx context.Context, change func(*host.Source)) error {
	src := s.source
	src.Config, src.Secrets = maps.Clone(src.Config), maps.Clone(src.Secrets)
	if src.Config == nil {
		src.Config = map[string]string{}
	}
	change(&src)
	_, err := s.host.Check(ctx, src)
	switch {
	case err == nil:
		return errors.New("it accepts")
	case !errors.Is(err, &connectors.Error{Kind: connectors.BadConfig}):
		return fmt.Errorf("want bad configuration, got: %w", err)
	}
	return nil
}

func tryUnknownSetting(ctx context.Context, s *suite) error {
	return s.refuses(ctx, func(src *host.Source) { src.Config["no-such-setting-exists"] = "x" })
}

func tryMissingSetting(ctx context.Context, s *suite) error {
	required := 0
	for _, setting := range s.about.Settings {
		if !setting.Required {
			continue
		}
		required++
		err := s.refuses(ctx, func(src *host.Source) {
			delete(src.Config, setting.Name)
			delete(src.Secrets, setting.Name)
		})
		if err != nil {
			return fmt.Errorf("without %q: %w", setting.Name, err)
		}
	}
	if required == 0 {
		return &skip{"no setting is required"}
	}
	return nil
}

func tryCheck(ctx context.Context, s *suite) error {
	_, err := s.host.Check(ctx, s.source)
	return err
}

func tryCollect(ctx context.Context, s *suite) error {
	r, err := s.whole(ctx)
	if err != nil {
		return err
	}
	if r.Put.Total() == 0 && len(s.about.Kinds) == 0 {
		return &skip{"it declares no kinds"}
	}
	if r.Put.Total() == 0 {
		return errors.New("it gave no rows: choose settings under which it finds something")
	}
	return nil
}

func tryKinds(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		t, err := s.fully(ctx, c, instance, nil) // which asks for all kinds
		if err != nil {
			return err
		}
		for _, k := range connectors.Kinds() {
			if n := t.kinds[wire.Kind(k)]; n > 0 && !slices.Contains(s.about.Kinds, k) {
				return fmt.Errorf("it gave %d rows of kind %s, which it does not declare", n, k)
			}
		}
		return nil
	})
}

func tryWhole(ctx context.Context, s *suite) error {
	r, err := s.whole(ctx)
	if err == nil && !r.Complete {
		return errors.New("it did not say so")
	}
	return err
}

func tryIdentities(ctx context.Context, s *suite) error {
	r, err := s.whole(ctx)
	if r == nil {
		return err
	}
	if d, twice := duplicate(r.rows.Devices, func(d compliance.Device) compliance.DeviceID { return d.ID }); twice {
		return fmt.Errorf("device %q came twice", d.ID)
	}
	if u, twice := duplicate(r.rows.Users, func(u compliance.User) compliance.UserID { return u.ID }); twice {
		return fmt.Errorf("user %q came twice", u.ID)
	}
	if i, twice := duplicate(r.rows.Installs, func(i compliance.Install) compliance.Install {
		i.FirstSeen, i.LastUsed = r.rows.Installs[0].FirstSeen, r.rows.Installs[0].LastUsed
		return i
	}); twice {
		return fmt.Errorf("install of %q on %q came twice", i.Title.Name, i.Device)
	}
	return nil
}

func duplicate[T any, K comparable](rows []T, key func(T) K) (T, bool) {
	seen := make(map[K]bool, len(rows))
	for _, row := range rows {
		if k := key(row); seen[k] {
			return row, true
		} else {
			seen[k] = true
		}
	}
	var none T
	return none, false
}

func tryReferences(ctx context.Context, s *suite) error {
	r, err := s.whole(ctx)
	if r == nil {
		return err
	}
	known := map[compliance.DeviceID]bool{}
	for _, d := range r.rows.Devices {
		known[d.ID] = true
	}
	for _, i := range r.rows.Installs {
		if !known[i.Device] {
			return fmt.Errorf("%q is installed on %q, which is not among the devices", i.Title.Name, i.Device)
		}
	}
	return nil
}

func tryRepeatable(ctx context.Context, s *suite) error {
	first, err := s.whole(ctx)
	if err != nil {
		return err
	}
	second, err := s.read(ctx, nil, nil)
	switch {
	case err != nil:
		return err
	case second.Err != nil:
		return second.Err
	case first.Digest != second.Digest:
		return fmt.Errorf("the digests are %.12s… and %.12s…", first.Digest, second.Digest)
	}
	return nil
}

func trySecrets(ctx context.Context, s *suite) error {
	if len(s.target.Secrets) == 0 {
		return &skip{"no secrets are configured"}
	}
	r, err := s.whole(ctx)
	if r == nil {
		return err
	}
	shown := []string{fmt.Sprintf("%+v", r.rows), fmt.Sprintf("%+v", r.Problems), fmt.Sprintf("%+v", r.progress)}
	var e *connectors.Error
	if errors.As(r.Err, &e) {
		shown = append(shown, e.Error(), strings.Join(e.Output, "\n"))
	}
	for _, name := range slices.Sorted(maps.Keys(s.target.Secrets)) {
		for _, text := range shown {
			if secret := s.target.Secrets[name]; len(secret) > 2 && strings.Contains(text, secret) {
				return fmt.Errorf("the value of %q shows", name)
			}
		}
	}
	return nil
}
