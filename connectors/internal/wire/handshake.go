package wire

import (
	"context"

	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// Version is the version of the protocol that this package speaks.
const Version = 1

// Name is the name under which go-plugin dispenses a connector.
const Name = "connector"

// Handshake tells a connector that a host started it, and not a person. It is
// no secret; the connection is protected by mutual TLS.
func Handshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{
		ProtocolVersion:  Version,
		MagicCookieKey:   "TRUEUP_CONNECTOR",
		MagicCookieValue: "b0e9c37c1d0a4a53",
	}
}

// Plugin joins the service to go-plugin. The zero value is the host's side.
type Plugin struct {
	plugin.NetRPCUnsupportedPlugin
	// Service serves the calls on the connector's side.
	Service ConnectorServer
}

var _ plugin.GRPCPlugin = Plugin{}

// GRPCServer registers the service.
func (p Plugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	RegisterConnectorServer(s, p.Service)
	return nil
}

// GRPCClient is a [ConnectorClient] on the connection.
func (Plugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return NewConnectorClient(c), nil
}

// Plugins is the set of versions that a side speaks.
func Plugins(p Plugin) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{Version: {Name: p}}
}
