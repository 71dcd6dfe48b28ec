package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	hclog "github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/trueup-dev/trueup/benchmarks/connectors/row"
)

// socketRow is how long a row is that goes through the bare socket.
const socketRow, socketWrite = 192, 100_000

// writeSocket writes as many bytes as the rows have.
func writeSocket(path string) error {
	rows, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		return err
	}
	buf := make([]byte, socketWrite)
	for i := range buf {
		buf[i] = byte(i)
	}
	for left := rows * socketRow; left > 0 && err == nil; left -= socketWrite {
		_, err = c.Write(buf[:min(left, socketWrite)])
	}
	return errors.Join(err, c.Close())
}

// readSocket is what no protocol can beat.
func (b *bench) readSocket() error {
	dir, err := os.MkdirTemp("", "b")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	cmd := exec.Command(os.Args[0], strconv.Itoa(b.rows))
	cmd.Env, cmd.Stderr = append(os.Environ(), socketVar+"="+path), os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	c, err := l.Accept()
	if err != nil {
		return err
	}
	n, buf := 0, make([]byte, socketWrite)
	for {
		m, err := c.Read(buf)
		n += m
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	if n != b.rows*socketRow {
		return fmt.Errorf("%d bytes arrived", n)
	}
	return errors.Join(c.Close(), cmd.Wait())
}

// rowServer sends one message a row, as the first connector that one writes does.
type rowServer struct{ row.UnimplementedRowsServer }

// Read sends the rows.
func (rowServer) Read(req *row.Request, stream grpc.ServerStreamingServer[row.Install]) error {
	in := newInventory(req.GetEven())
	for i := range int(req.GetRows()) {
		r := in.install(i)
		m := &row.Install{
			Device: string(r.Device), Publisher: r.Title.Publisher, Name: r.Title.Name, Version: r.Title.Version,
			ProductCode: r.Title.ProductCode, Architecture: r.Title.Architecture,
		}
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	return nil
}

// rowPlugin joins the service to go-plugin.
type rowPlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (rowPlugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	row.RegisterRowsServer(s, rowServer{})
	return nil
}

func (rowPlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return row.NewRowsClient(c), nil
}

var rowShake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: rowVar, MagicCookieValue: "row"}

func serveRows() {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: rowShake, Plugins: plugin.PluginSet{"rows": rowPlugin{}}, GRPCServer: plugin.DefaultGRPCServer,
		Logger: hclog.NewNullLogger(),
	})
}

// readRows is go-plugin as its own examples use it, with mutual TLS.
func (b *bench) readRows() error {
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: rowShake, Plugins: plugin.PluginSet{"rows": rowPlugin{}}, Cmd: exec.Command(os.Args[0]),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC}, AutoMTLS: true, Logger: hclog.NewNullLogger(),
	})
	defer client.Kill()
	rpc, err := client.Client()
	if err != nil {
		return err
	}
	raw, err := rpc.Dispense("rows")
	if err != nil {
		return err
	}
	stream, err := raw.(row.RowsClient).Read(context.Background(), &row.Request{Rows: uint64(b.rows), Even: b.even})
	if err != nil {
		return err
	}
	n, bytes := 0, 0
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		n++
		bytes += len(r.Device) + len(r.Publisher) + len(r.Name) + len(r.Version) + len(r.ProductCode) + len(r.Architecture)
	}
	if n != b.rows || bytes == 0 {
		return fmt.Errorf("%d rows arrived, want %d", n, b.rows)
	}
	return nil
}
