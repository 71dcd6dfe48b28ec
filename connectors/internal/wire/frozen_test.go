package wire

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
)

var update = flag.Bool("update", false, "rewrite the golden file; only for additions to the protocol")

const golden = "testdata/protocol-v1.txt"

// Version 1 is frozen: what a released connector relies on (names, numbers,
// types) must stay. Additions make new lines; a line that changes or goes breaks
// connectors in the field and needs a version 2.
func TestProtocolIsFrozen(t *testing.T) {
	got := describe(File_connector_proto)
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func describe(f protoreflect.FileDescriptor) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n", f.Package())
	for i := range f.Services().Len() {
		s := f.Services().Get(i)
		for j := range s.Methods().Len() {
			m := s.Methods().Get(j)
			fmt.Fprintf(&b, "rpc %s.%s(%s%s) %s%s\n", s.Name(), m.Name(),
				streams(m.IsStreamingClient()), m.Input().Name(), streams(m.IsStreamingServer()), m.Output().Name())
		}
	}
	for i := range f.Enums().Len() {
		e := f.Enums().Get(i)
		for j := range e.Values().Len() {
			v := e.Values().Get(j)
			fmt.Fprintf(&b, "enum %s %d %s\n", e.Name(), v.Number(), v.Name())
		}
	}
	for i := range f.Messages().Len() {
		m := f.Messages().Get(i)
		for j := range m.Fields().Len() {
			fmt.Fprintf(&b, "message %s %s\n", m.Name(), field(m.Fields().Get(j)))
		}
	}
	return b.String()
}

func streams(yes bool) string {
	if yes {
		return "stream "
	}
	return ""
}

func field(f protoreflect.FieldDescriptor) string {
	kind := f.Kind().String()
	switch {
	case f.IsMap():
		kind = fmt.Sprintf("map<%s, %s>", f.MapKey().Kind(), f.MapValue().Kind())
	case f.Message() != nil:
		kind = string(f.Message().Name())
	case f.Enum() != nil:
		kind = string(f.Enum().Name())
	}
	if f.IsList() {
		kind = "repeated " + kind
	}
	if o := f.ContainingOneof(); o != nil {
		kind += " in " + string(o.Name())
	}
	return fmt.Sprintf("%d %s %s", f.Number(), f.Name(), kind)
}
