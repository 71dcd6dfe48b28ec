//go:build unix

package host_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	hclog "github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// BenchmarkStart starts a connector with a host and with go-plugin alone, in turn,
// so that a busy machine is busy for both: start, mutual TLS, describe, configure,
// check, end. What is reported are medians.
func BenchmarkStart(b *testing.B) {
	dir, err := os.MkdirTemp("", "b")
	require.NoError(b, err)
	defer func() { _ = os.RemoveAll(dir) }()
	h, err := host.Open(b.Context(), host.Config{RunDir: dir, AllowUnpinned: true})
	require.NoError(b, err)
	defer func() { _ = h.Close(context.Background()) }()
	self, err := os.Executable()
	require.NoError(b, err)
	sum, err := host.Checksum(self)
	require.NoError(b, err)
	src := host.Source{ID: "s", Path: self, SHA256: sum, Config: map[string]string{"mode": "well"}}
	_, err = h.Check(b.Context(), src) // copies the binary
	require.NoError(b, err)
	var ours, plain [2][]float64 // wall and processor time
	for b.Loop() {
		timed(b, &ours, func() {
			_, err := h.Check(b.Context(), src)
			require.NoError(b, err)
		})
		timed(b, &plain, func() { startPlain(b, self) })
	}
	for i, unit := range []string{"ms", "cpu-ms"} {
		slices.Sort(ours[i])
		slices.Sort(plain[i])
		mine, theirs := ours[i][len(ours[i])/2], plain[i][len(plain[i])/2]
		b.ReportMetric(mine, "host-"+unit)
		b.ReportMetric(theirs, "plain-"+unit)
		b.ReportMetric(mine/theirs, unit+"-ratio")
	}
}

func timed(b *testing.B, into *[2][]float64, work func()) {
	processor, start := cpu(b), time.Now()
	work()
	into[0] = append(into[0], float64(time.Since(start).Microseconds())/1000)
	into[1] = append(into[1], float64((cpu(b)-processor).Microseconds())/1000)
}

// startPlain does with go-plugin alone what a host does.
func startPlain(b *testing.B, self string) {
	in, out, err := os.Pipe() // what the connector has as standard input must not end
	require.NoError(b, err)
	before := os.Stdin
	os.Stdin = in
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: wire.Handshake(), VersionedPlugins: wire.Plugins(wire.Plugin{}), Cmd: exec.Command(self),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC}, AutoMTLS: true, Logger: hclog.NewNullLogger(),
	})
	rpc, err := client.Client()
	require.NoError(b, err)
	os.Stdin = before
	raw, err := rpc.Dispense(wire.Name)
	require.NoError(b, err)
	c := raw.(wire.ConnectorClient)
	_, err = c.Describe(b.Context(), &wire.DescribeRequest{})
	require.NoError(b, err)
	_, err = c.Configure(b.Context(), &wire.ConfigureRequest{InstanceId: "s", Settings: map[string]string{"mode": "well"}})
	require.NoError(b, err)
	_, err = c.Check(b.Context(), &wire.CheckRequest{InstanceId: "s"})
	require.NoError(b, err)
	client.Kill()
	require.NoError(b, in.Close())
	require.NoError(b, out.Close())
}
