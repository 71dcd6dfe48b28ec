//go:build unix

package host_test

import (
	"os"
	"os/exec"
	"testing"

	hclog "github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// BenchmarkStartGoPlugin does with go-plugin alone what BenchmarkStart does with
// a host: start, mutual TLS, describe, configure, check, end.
func BenchmarkStartGoPlugin(b *testing.B) {
	self, err := os.Executable()
	require.NoError(b, err)
	for b.Loop() {
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
}
