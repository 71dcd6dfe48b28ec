//go:build unix

package host_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/trust"
)

func TestPolicy(t *testing.T) {
	path, sum := self(t)
	name, other := filepath.Base(path), strings.Repeat("ab", 32)
	shown := func(l trust.Level) []trust.Certificate { return []trust.Certificate{{SHA256: sum, Level: l}} }
	for _, c := range []struct {
		name string
		cfg  host.Config
		pin  string
		want connectors.ErrorKind
		own  trust.Level // that the source demands
	}{
		{"locked", host.Config{Lock: trust.Lock{name: sum}}, "", connectors.ErrorInvalid, 0},
		{"locked and pinned", host.Config{Lock: trust.Lock{name: sum}}, sum, connectors.ErrorInvalid, 0},
		{"not in the lock file", host.Config{Lock: trust.Lock{}}, sum, connectors.Unpinned, 0},
		{"another in the lock file", host.Config{Lock: trust.Lock{name: other}}, "", connectors.ChecksumMismatch, 0},
		{"at odds", host.Config{Lock: trust.Lock{name: other}}, sum, connectors.ChecksumMismatch, 0},
		{"certified", host.Config{Demand: trust.Reading, Certificates: shown(trust.Resuming)}, sum, connectors.ErrorInvalid, 0},
		{"not enough", host.Config{Demand: trust.Reading, Certificates: shown(trust.Process)}, sum, connectors.Uncertified, 0},
		{"of another binary", host.Config{Demand: trust.Process, Certificates: []trust.Certificate{{SHA256: other, Level: trust.Reading}}}, sum, connectors.Uncertified, 0},
		{"as its source demands", host.Config{Certificates: shown(trust.Reading)}, sum, connectors.ErrorInvalid, trust.Reading},
		{"not as its source demands", host.Config{Demand: trust.Process, Certificates: shown(trust.Reading)}, sum, connectors.Uncertified, trust.Resuming},
		{"not as the host demands", host.Config{Demand: trust.Resuming, Certificates: shown(trust.Reading)}, sum, connectors.Uncertified, trust.Process},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := source(t, "src", "well")
			src.SHA256, src.Demand = c.pin, c.own
			h := open(t, c.cfg)
			r, _ := collect(t, h, src)
			if c.want != connectors.ErrorInvalid {
				require.ErrorIs(t, r.Err, &connectors.Error{Op: "start", Kind: c.want})
				return
			}
			require.NoError(t, r.Err)
			if max(c.cfg.Demand, c.own) != trust.None {
				_, err := h.Act(t.Context(), src, connectors.Action{Verb: connectors.Reclaim})
				require.ErrorIs(t, err, &connectors.Error{Kind: connectors.Uncertified}, "its actions were never tried")
			}
		})
	}
}
