package sdk

import (
	"fmt"
	"io"
	"os"

	hclog "github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// Serve runs the connector until its host ends. Call it first thing in main:
// what the program prints before goes to the pipe on which the host expects the
// handshake, and the start fails.
//
// When a person starts the program instead of a host, Serve says what it is and
// exits with status 1.
func Serve(about connectors.Description, c Collector) {
	shake := wire.Handshake()
	if os.Getenv(shake.MagicCookieKey) != shake.MagicCookieValue {
		explain(os.Stderr, about)
		os.Exit(1)
	}
	out, err := takeStdout()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: cannot set standard output aside: %v\n", about.Name, err)
		os.Exit(1)
	}
	go endWithHost(os.Stdin)
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  shake,
		VersionedPlugins: wire.Plugins(wire.Plugin{Service: newServer(about, c, out.release)}),
		GRPCServer:       newGRPCServer,
		Logger:           hclog.New(&hclog.LoggerOptions{Name: about.Name, Level: hclog.Error, Output: out.stderr}),
	})
}

func newGRPCServer(opts []grpc.ServerOption) *grpc.Server {
	const buffer = 256 << 10
	return grpc.NewServer(append(opts, grpc.ForceServerCodecV2(wire.NewCodec()), grpc.WriteBufferSize(buffer), grpc.ReadBufferSize(buffer))...)
}

// endWithHost ends the process when the host does. The host holds the other end
// of standard input and writes nothing to it, so reading returns when the host
// is gone, however it went.
func endWithHost(control io.Reader) {
	_, _ = io.Copy(io.Discard, control)
	if dir := os.Getenv(plugin.EnvUnixSocketDir); dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(0)
}

func explain(w io.Writer, about connectors.Description) {
	fmt.Fprintf(w, "%s %s: %s\n\nThis is a trueup connector. A host starts it; it does nothing by itself.\n", about.Name, about.Version, about.Summary)
	if len(about.Settings) > 0 {
		fmt.Fprintf(w, "\nSettings:\n")
	}
	for _, s := range about.Settings {
		note := ""
		switch {
		case s.Required:
			note = " (required)"
		case s.Default != "":
			note = fmt.Sprintf(" (default %s)", s.Default)
		}
		fmt.Fprintf(w, "  %s%s\n        %s\n", s.Name, note, s.Doc)
	}
}
