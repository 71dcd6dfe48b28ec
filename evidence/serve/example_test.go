package serve_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/serve"
)

// Any monitor that follows tlog-tiles follows the log.
func ExampleHandler() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "log")
	check(err)
	defer os.RemoveAll(dir)
	signer, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	check(err)
	l, err := evidence.Open(ctx, dir, evidence.Options{Signer: signer})
	check(err)
	defer l.Close()
	_, err = l.Append(ctx, evidence.Entry{Kind: "position", Payload: []byte("owned 10, used 12")})
	check(err)
	_, err = l.Checkpoint(ctx)
	check(err)

	web := httptest.NewServer(serve.Handler(l, func(_ *http.Request, err error) { log.Print(err) }))
	defer web.Close()
	for _, path := range []string{"/checkpoint", "/tile/0/000.p/1", "/tile/entries/000.p/1"} {
		resp, err := http.Get(web.URL + path)
		check(err)
		b, err := io.ReadAll(resp.Body)
		check(err)
		check(resp.Body.Close())
		fmt.Println(path, resp.StatusCode, strings.Count(string(b), "example.com/log"), strings.Contains(string(b), "owned 10"))
	}
	// Output:
	// /checkpoint 200 2 false
	// /tile/0/000.p/1 200 0 false
	// /tile/entries/000.p/1 200 0 false
}
